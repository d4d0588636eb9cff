/**
 * Charts as drawings, and drawings as SVG or PNG: nothing here knows what the figures are about. A chart puts {@link
 * dev.pokesim.cli.plot.Mark}s on a {@link dev.pokesim.cli.plot.Canvas}; {@link dev.pokesim.cli.plot.Svg} and {@link
 * dev.pokesim.cli.plot.Png} write down the {@link dev.pokesim.cli.plot.Drawing} that comes of it. Start with {@link
 * dev.pokesim.cli.plot.LineChart}.
 */
@NullMarked
package dev.pokesim.cli.plot;

import org.jspecify.annotations.NullMarked;

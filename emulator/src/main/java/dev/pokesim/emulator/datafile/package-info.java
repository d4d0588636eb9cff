/**
 * Reads the data files that hold every constant: values with unit, evidence and source. Not here: which constants
 * there are (whoever needs them lists them as {@link dev.pokesim.emulator.datafile.ConstantSpec}).
 * Start with {@link dev.pokesim.emulator.datafile.YamlFields}.
 */
package dev.pokesim.emulator.datafile;

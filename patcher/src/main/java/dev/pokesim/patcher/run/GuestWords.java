package dev.pokesim.patcher.run;

import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.SymbolOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a guest kernel did, as people read it: addresses with symbols, and of what nobody could notice only where it led. */
final class GuestWords {
    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{8,16})");
    private static final String FETCH = "fetch ";

    private final LoadedImage image;

    GuestWords(LoadedImage image) {
        this.image = image;
    }

    /** The micro-ops of one transition: the one that others can notice, and how far the core goes on without. */
    List<String> of(List<String> microOps) {
        List<String> words = new ArrayList<>();
        if (microOps.isEmpty()) { // the fetch that failed
            return words;
        }
        words.add(of(microOps.get(0)));
        List<String> further = microOps.subList(1, microOps.size()).stream()
                .filter(microOp -> microOp.startsWith(FETCH))
                .toList();
        if (!further.isEmpty()) {
            Matcher last = ADDRESS.matcher(further.get(further.size() - 1));
            words.add("  then " + (further.size() == 1 ? "1 instruction" : further.size() + " instructions")
                    + ", the last at" + (last.find() ? symbol(last.group(1)) : " ?"));
        }
        return words;
    }

    /** A text, each address of the image in it followed by its symbol. */
    String of(String text) {
        Matcher found = ADDRESS.matcher(text);
        StringBuilder named = new StringBuilder();
        while (found.find()) {
            found.appendReplacement(named, Matcher.quoteReplacement(found.group() + symbol(found.group(1))));
        }
        return found.appendTail(named).toString();
    }

    private String symbol(String digits) {
        long address = Long.parseUnsignedLong(digits, 16);
        if (image.segmentAt(address, 1).isPresent()) {
            return " " + image.symbolAt(address);
        }
        long poked = address - KernelLayout.POKING_OFFSET;
        SymbolOffset text = image.symbolAt(poked);
        return image.segmentAt(poked, 1).isPresent() ? " " + text + " (mapped for poking)" : "";
    }
}

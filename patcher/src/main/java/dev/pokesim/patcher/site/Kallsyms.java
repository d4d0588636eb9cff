package dev.pokesim.patcher.site;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The symbols that a kernel carries for itself. The order and the form of the tables have changed often, and nothing says
 * where they are: so the table of tokens is recognised by its contents, and everything else by arrays that must agree.
 *
 * <p>A name is a length and that many tokens, pieces of text that a table of 256 strings gives; the first letter of the
 * text is the type that {@code nm} prints. The offset of every 256th name is listed once more. Source: Linux
 * scripts/kallsyms.c, write_src(); kernel/kallsyms.c, kallsyms_expand_symbol(), kallsyms_sym_address().
 */
final class Kallsyms {

    /** Digits occur in names, so compression never takes their tokens for anything else: these stand in every table. */
    private static final ImageBytes DIGITS =
            ImageBytes.ofHex("30 00 31 00 32 00 33 00 34 00 35 00 36 00 37 00 38 00 39 00");

    private static final int TOKENS = 256;
    private static final int NAMES_PER_MARKER = 256;
    private static final int MAX_TOKEN_BYTES = 255;

    /** Far above the 200,000 of a large kernel. */
    private static final int MAX_NAMES = 1 << 20;

    /** Twice KSYM_NAME_LEN. */
    private static final int MAX_NAME_CHARS = 1024;

    /** A large kernel has 6 million characters of names. */
    private static final int MAX_CHARS = 1 << 26;

    /** Names lie before their tokens, with at most 4 bytes of sequence number for each in between. */
    private static final int MAX_NAMES_BYTES = 64 << 20;

    /** Characters decoded in the whole search: an image that again and again looks like names must not cost minutes. */
    private static final int MAX_TRIED_CHARS = 1 << 27;

    private final Segment segment;
    private final ImageBytes bytes;
    private final List<Segment> image;
    private final byte[][] tokens = new byte[TOKENS][];

    /** What every table is aligned to: 8, and 4 since 2026. */
    private int alignBytes;

    /** Offsets in the segment. */
    private int tokensAt;

    private int tokensEnd;
    private int countAt;
    private int triedChars;
    private List<String> typedNames = List.of();
    private long[] addresses = {};

    private Kallsyms(Segment segment, List<Segment> image) {
        this.segment = segment;
        this.bytes = segment.bytes();
        this.image = image;
    }

    /**
     * Searches an image.
     *
     * @param image the segments at the addresses they were linked for
     * @return empty if there are no such tables, as in anything that is no kernel
     */
    static Optional<Kallsyms> find(List<Segment> image) {
        for (Segment segment : image) {
            Kallsyms kallsyms = new Kallsyms(segment, image);
            if (kallsyms.find()) {
                return Optional.of(kallsyms);
            }
        }
        return Optional.empty();
    }

    /** The symbols; each reaches up to the next address that has one, or to the end of its segment. */
    List<Symbol> symbols() {
        List<Symbol> symbols = new ArrayList<>(addresses.length);
        int next = 0;
        for (int i = 0; i < addresses.length; i++) {
            while (next < addresses.length && addresses[next] == addresses[i]) {
                next++;
            }
            char type = typedNames.get(i).charAt(0);
            symbols.add(new Symbol(
                    typedNames.get(i).substring(1),
                    addresses[i],
                    sizeBytes(addresses[i], next),
                    isCode(type) || type == 'W',
                    Character.isUpperCase(type)));
        }
        return symbols;
    }

    /** Types t and T; W is a weak symbol of either kind, and in a kernel a function. */
    private static boolean isCode(char type) {
        return Character.toLowerCase(type) == 't';
    }

    private long sizeBytes(long address, int next) {
        return segmentAt(address)
                .map(around -> {
                    long behind = around.sizeBytes() - (address - around.address());
                    return next < addresses.length && Long.compareUnsigned(addresses[next] - address, behind) < 0
                            ? addresses[next] - address
                            : behind;
                })
                .orElse(0L);
    }

    private Optional<Segment> segmentAt(long address) {
        return image.stream().filter(one -> one.contains(address, 1)).findFirst();
    }

    private boolean find() {
        for (int at = DIGITS.firstIn(bytes, 0); at >= 0; at = DIGITS.firstIn(bytes, at + 1)) {
            for (int align : new int[] {Long.BYTES, Integer.BYTES}) {
                alignBytes = align;
                if (readTokens(at) && findNames() && findAddresses()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** From the digits back to the first token, then forward; the offsets of all tokens must follow. */
    private boolean readTokens(int digitsAt) {
        tokensAt = digitsAt;
        for (int token = '0'; token > 0; token--) {
            int end = tokensAt - 1; // the zero behind the token before
            int start = end;
            while (start > 0 && end - start <= MAX_TOKEN_BYTES && bytes.unsignedAt(start - 1) != 0) {
                start--;
            }
            if (start <= 0 || end - start > MAX_TOKEN_BYTES) {
                return false;
            }
            tokensAt = start;
        }
        int[] offsets = new int[TOKENS];
        int at = tokensAt;
        for (int token = 0; token < TOKENS; token++) {
            int start = at;
            while (at < bytes.sizeBytes() && at - start <= MAX_TOKEN_BYTES && bytes.unsignedAt(at) != 0) {
                at++;
            }
            if (at == bytes.sizeBytes() || at - start > MAX_TOKEN_BYTES) {
                return false;
            }
            offsets[token] = start - tokensAt;
            tokens[token] = bytes.slice(start, at - start).toArray();
            at++;
        }
        int index = aligned(at);
        if (index > bytes.sizeBytes() - Short.BYTES * TOKENS) {
            return false;
        }
        for (int token = 0; token < TOKENS; token++) {
            if ((bytes.signedAt(index + Short.BYTES * token, Short.BYTES) & 0xffff) != offsets[token]) {
                return false;
            }
        }
        tokensEnd = index + Short.BYTES * TOKENS;
        return true;
    }

    /** Backwards from the tokens: a count, that many names, and the markers that say where every 256th name is. */
    private boolean findNames() {
        int lowest = Math.max(0, tokensAt - MAX_NAMES_BYTES);
        for (countAt = alignedDown(tokensAt - alignBytes); countAt >= lowest; countAt -= alignBytes) {
            long count = bytes.signedAt(countAt, alignBytes);
            if (count > 0 && count <= MAX_NAMES && count <= (tokensAt - countAt) / 2 && readNames((int) count)) {
                return true;
            }
            if (triedChars > MAX_TRIED_CHARS) {
                return false;
            }
        }
        return false;
    }

    private boolean readNames(int count) {
        int start = countAt + alignBytes;
        int at = start;
        int[] markers = new int[(count + NAMES_PER_MARKER - 1) / NAMES_PER_MARKER];
        List<String> names = new ArrayList<>();
        int limit = triedChars + MAX_CHARS;
        for (int i = 0; i < count; i++) {
            if (i % NAMES_PER_MARKER == 0) {
                markers[i / NAMES_PER_MARKER] = at - start;
            }
            int length = bytes.unsignedAt(at++);
            if (length >= 128) {
                length = length & 127 | bytes.unsignedAt(at++) << 7;
            }
            if (length == 0 || length > tokensAt - at - 2) {
                return false;
            }
            String name = name(at, length);
            triedChars += name.length() + 1;
            if (name.length() < 2 || triedChars > limit) {
                return false;
            }
            names.add(name);
            at += length;
        }
        if (!areMarkers(aligned(at), Integer.BYTES, markers) && !areMarkers(aligned(at), Long.BYTES, markers)) {
            return false;
        }
        typedNames = names;
        return true;
    }

    /** Type and name; empty if it is none. */
    private String name(int at, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = at; i < at + length; i++) {
            for (byte character : tokens[bytes.unsignedAt(i)]) {
                boolean isFirst = text.isEmpty();
                if (character <= ' '
                        || character == 0x7f
                        || isFirst && !Character.isLetter(character)
                        || text.length() == MAX_NAME_CHARS) {
                    return "";
                }
                text.append((char) character);
            }
        }
        return text.toString();
    }

    /** Since 4.20 a marker has 4 bytes, before it had 8. */
    private boolean areMarkers(int at, int sizeBytes, int[] markers) {
        if (at > tokensAt - sizeBytes * markers.length) {
            return false;
        }
        for (int i = 0; i < markers.length; i++) {
            if (bytes.signedAt(at + sizeBytes * i, sizeBytes) != markers[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Addresses stand before the count of names or, since 6.4, behind the tokens; as such, or as distances from a base
     * that follows them, or from their own place.
     */
    private boolean findAddresses() {
        int count = typedNames.size();
        int behind = aligned(tokensEnd);
        int baseBefore = countAt - Long.BYTES;
        int baseBehind = aligned(behind + Integer.BYTES * count);
        return readDistances(alignedDown(baseBefore - Integer.BYTES * count), baseBefore)
                || readDistances(behind, baseBehind)
                || readAddresses(countAt - Long.BYTES * count)
                || readAddresses(behind)
                || readOwnDistances(behind);
    }

    private boolean readDistances(int at, int baseAt) {
        int count = typedNames.size();
        if (at < 0 || baseAt < 0 || baseAt > bytes.sizeBytes() - Long.BYTES) {
            return false;
        }
        long base = bytes.signedAt(baseAt, Long.BYTES);
        if (segmentAt(base).isEmpty()) {
            return false;
        }
        boolean someAbsolute = false;
        for (int i = 0; i < count; i++) {
            someAbsolute |= bytes.signedAt(at + Integer.BYTES * i, Integer.BYTES) < 0;
        }
        long[] found = new long[count];
        for (int i = 0; i < count; i++) {
            long distance = bytes.signedAt(at + Integer.BYTES * i, Integer.BYTES);
            // With absolute per-CPU symbols, those that are not negative stand for themselves.
            found[i] = !someAbsolute ? base + distance : distance < 0 ? base - 1 - distance : distance;
        }
        return accept(found);
    }

    private boolean readAddresses(int at) {
        int count = typedNames.size();
        if (at < 0 || at > bytes.sizeBytes() - (long) Long.BYTES * count) {
            return false;
        }
        long[] found = new long[count];
        for (int i = 0; i < count; i++) {
            found[i] = bytes.signedAt(at + Long.BYTES * i, Long.BYTES);
        }
        return accept(found);
    }

    private boolean readOwnDistances(int at) {
        int count = typedNames.size();
        if (at > bytes.sizeBytes() - (long) Integer.BYTES * count) {
            return false;
        }
        long[] found = new long[count];
        for (int i = 0; i < count; i++) {
            int place = at + Integer.BYTES * i;
            found[i] = segment.address() + place + bytes.signedAt(place, Integer.BYTES);
        }
        return accept(found);
    }

    /** Symbols are sorted by address, and code lies where code can be. */
    private boolean accept(long[] found) {
        int code = 0;
        int inText = 0;
        for (int i = 0; i < found.length; i++) {
            if (i > 0 && Long.compareUnsigned(found[i - 1], found[i]) > 0) {
                return false;
            }
            if (isCode(typedNames.get(i).charAt(0))) {
                code++;
                inText += segmentAt(found[i]).filter(Segment::executable).isPresent() ? 1 : 0;
            }
        }
        // Not all: a label may stand behind the last byte of a segment.
        if (inText == 0 || inText < code - code / 16) {
            return false;
        }
        addresses = found;
        return true;
    }

    /** The linker aligns addresses, not offsets in a segment. */
    private int aligned(int offset) {
        return (int) ((segment.address() + offset + alignBytes - 1 & -alignBytes) - segment.address());
    }

    private int alignedDown(int offset) {
        return aligned(offset - alignBytes + 1);
    }
}

package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a kernel's image says about itself besides its static keys. Every table is found by the symbols that the linker
 * script puts around it. Source: Linux include/asm-generic/vmlinux.lds.h.
 */
public final class KernelImage {

    private static final int LONGEST_BANNER = 512;
    private static final long TAIL = 1;
    private static final long INIT = 2;
    private static final int STATIC_CALL_SITE_BYTES = 8;

    private final LoadedImage image;

    private KernelImage(LoadedImage image) {
        this.image = image;
    }

    /** The kernel in an image, or empty if it is none: a program, an object or a module. */
    public static Optional<KernelImage> of(LoadedImage image) {
        return image.symbols().named("linux_banner").isEmpty() ? Optional.empty() : Optional.of(new KernelImage(image));
    }

    /**
     * One place that a static call patches: a CALL or, at the end of a function, a JMP. Source: Linux
     * include/linux/static_call_types.h, struct static_call_site.
     *
     * @param address of the instruction
     * @param key address of the struct static_call_key
     * @param tail whether it is a JMP
     * @param init whether it is in init text
     */
    public record StaticCallSite(long address, long key, boolean tail, boolean init) {}

    /** {@code Linux version 6.1.0-56-amd64 (...)}, one line without its end; empty if the image has none. */
    public String banner() {
        Symbol symbol = image.symbols().named("linux_banner").get(0);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LONGEST_BANNER; i++) {
            Optional<ImageBytes> one = image.bytesAt(symbol.address() + i, 1);
            if (one.isEmpty() || one.get().unsignedAt(0) < ' ' || one.get().unsignedAt(0) > '~') {
                break;
            }
            text.append(new String(one.get().toArray(), StandardCharsets.US_ASCII));
        }
        return text.toString();
    }

    /**
     * The static call sites in the order of their table.
     *
     * @throws InvalidInput if the table is damaged
     */
    public List<StaticCallSite> staticCallSites() {
        AddressRange range = range("__start_static_call_sites", "__stop_static_call_sites");
        ImageBytes table = table(range, STATIC_CALL_SITE_BYTES);
        List<StaticCallSite> sites = new ArrayList<>();
        for (int at = 0; at < table.sizeBytes(); at += STATIC_CALL_SITE_BYTES) {
            long address = range.start() + at + table.signedAt(at, Integer.BYTES);
            int keyAt = at + Integer.BYTES;
            long key = range.start() + keyAt + table.signedAt(keyAt, Integer.BYTES);
            sites.add(new StaticCallSite(
                    text(address, "static call site"), key & ~(TAIL | INIT), (key & TAIL) != 0, (key & INIT) != 0));
        }
        return sites;
    }

    /**
     * Where functions call {@code __fentry__}, in the order of the table; these are what function tracing patches. Source:
     * Linux scripts/recordmcount.c, kernel/trace/ftrace.c.
     *
     * @return without the empty entries of overridden weak functions
     * @throws InvalidInput if the table is damaged
     */
    public List<Long> functionEntryCalls() {
        ImageBytes table = table(range("__start_mcount_loc", "__stop_mcount_loc"), Long.BYTES);
        List<Long> addresses = new ArrayList<>();
        for (int at = 0; at < table.sizeBytes(); at += Long.BYTES) {
            long address = table.signedAt(at, Long.BYTES);
            if (address != 0) {
                addresses.add(text(address, "__mcount_loc entry"));
            }
        }
        return addresses;
    }

    /**
     * The initial contents of a core's per-CPU area, from {@code __per_cpu_start} to {@code __per_cpu_end}; linked at
     * address 0 on kernels up to 6.14.
     *
     * @return empty for a kernel of one processor
     */
    public Optional<Segment> perCpuArea() {
        AddressRange range = range("__per_cpu_start", "__per_cpu_end");
        return range.sizeBytes() == 0
                ? Optional.empty()
                : Optional.of(new Segment(".data..percpu", range.start(), table(range, 1), false, true));
    }

    private AddressRange range(String start, String stop) {
        return image.symbols().between(start, stop, image.name()).orElse(new AddressRange(0, 0));
    }

    private ImageBytes table(AddressRange range, int entryBytes) {
        if (range.sizeBytes() == 0) {
            return ImageBytes.copyOf();
        }
        if (range.sizeBytes() < 0 || range.sizeBytes() > Integer.MAX_VALUE || range.sizeBytes() % entryBytes != 0) {
            throw damaged("the table at " + Address.text(range.start()) + " has "
                    + Long.toUnsignedString(range.sizeBytes()) + " bytes, not entries of " + entryBytes);
        }
        return image.bytesAt(range.start(), (int) range.sizeBytes())
                .orElseThrow(() -> damaged("the table at " + Address.text(range.start()) + " is not loaded"));
    }

    private long text(long address, String what) {
        if (image.segmentAt(address, CallSite.SIZE_BYTES)
                .filter(Segment::executable)
                .isEmpty()) {
            throw damaged("a " + what + " at " + Address.text(address) + " is not in executable text");
        }
        return address;
    }

    private InvalidInput damaged(String what) {
        return new InvalidInput(image.name(), what, "it is damaged, build or copy it again");
    }
}

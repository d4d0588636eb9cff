package dev.pokesim.patcher.site;

import static jnr.x86asm.Asm.qword_ptr;
import static jnr.x86asm.Asm.rax;
import static jnr.x86asm.Asm.rdi;
import static jnr.x86asm.Asm.rsi;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.patcher.assembler.CodeBuffer;
import dev.pokesim.patcher.assembler.CodeLabel;
import dev.pokesim.patcher.site.RunnerFunction.Assembled;
import dev.pokesim.patcher.site.RunnerFunction.Placed;
import dev.pokesim.patcher.site.RunnerFunction.Shared;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Text with patch sites that is made from two numbers: functions such as those that run BPF programs, with jump labels of one
 * static key, and CALLs to redirect if asked for. The key is off, and every site agrees with that.
 *
 * <p>How to call a function: RDI points to {@link #SCRATCH_BYTES} bytes that belong to the caller, RSI is any number; the
 * result is in RAX. It returns after fewer than 100 instructions, whether its sites are patched or not, with the stack pointer
 * and the callee-saved registers as they were. It reads constants in the image, and writes the scratch area, its stack and
 * {@link #STATISTICS_BYTES} bytes at {@link #STATISTICS_OFFSET} from the GS base. Patching changes what it does to those
 * statistics and to nothing else, but for R11 and the flags.
 */
public final class GeneratedText implements SiteSource {
    /** Where the text begins: the usual link address of a kernel. */
    public static final long TEXT_ADDRESS = 0xffffffff81000000L;

    /** The most sites that one text can have. */
    public static final int MAX_SITES = 16384;

    /** Size of the area at RDI. */
    public static final int SCRATCH_BYTES = IntegerCode.SCRATCH_BYTES;

    /** Where the statistics of a core begin, from its GS base. */
    public static final int STATISTICS_OFFSET = StatisticsCode.AREA_OFFSET;

    /** Size of the statistics of a core. */
    public static final int STATISTICS_BYTES = StatisticsCode.AREA_BYTES;

    /** Name of the only key. */
    public static final String KEY_NAME = "generated_key";

    private static final long TABLE_ADDRESS = TEXT_ADDRESS + 0x1000000;
    private static final long DATA_ADDRESS = TEXT_ADDRESS + 0x1400000;

    /** Size of struct static_key: the count, padding, a pointer. */
    private static final int KEY_BYTES = 16;

    private static final int SHARED_LEAVES = 4;

    /** From here on there are enough pages for sites that cross one. */
    private static final int MIN_SITES_FOR_PAGE_CROSSING = 128;

    /** Of so many functions one has two sites where the kinds allow it, half of these without a byte between them. */
    private static final int FUNCTIONS_PER_PAIR = 12;

    /** The first functions have one site each, so that a small text is a simple one. */
    private static final int FUNCTIONS_BEFORE_PAIRS = 4;

    /**
     * How many sites of which sort.
     *
     * @param sites all of them, 1 to {@link #MAX_SITES}
     * @param callPercent how many of 100 are CALLs; the others are jump labels, of the kinds that a kernel has
     */
    public record Mix(int sites, int callPercent) {
        public Mix {
            if (sites < 1 || sites > MAX_SITES || callPercent < 0 || callPercent > 100) {
                throw new IllegalArgumentException("generated text has 1 to " + MAX_SITES
                        + " sites and 0 to 100 percent of calls, not " + sites + " and " + callPercent);
            }
        }

        int calls() {
            return (int) ((long) sites * callPercent / 100);
        }
    }

    private final Mix mix;
    private final LoadedImage image;
    private final List<CallSite> callSites = new ArrayList<>();
    private final List<EntryPoint> entryPoints = new ArrayList<>();

    /** Jump labels only. @param sites 1 to {@link #MAX_SITES} @param seed chooses everything else */
    public GeneratedText(int sites, long seed) {
        this(new Mix(sites, 0), seed);
    }

    /** @param seed chooses everything that the mix leaves open */
    public GeneratedText(Mix mix, long seed) {
        this.mix = mix;
        image = new Writer(seed).write();
    }

    @Override
    public LoadedImage load() {
        return image;
    }

    /** The CALLs to redirect, by address; no key knows of them. */
    public List<CallSite> callSites() {
        return Collections.unmodifiableList(callSites);
    }

    /** What to call to run through each site, calls included, by address of the site. */
    public List<EntryPoint> entryPoints() {
        return Collections.unmodifiableList(entryPoints);
    }

    private final class Writer {
        private final long seed;
        private final CodeBuffer text = new CodeBuffer(TEXT_ADDRESS);
        private final CodeLabel table = CodeLabel.at(TABLE_ADDRESS);
        private final List<Symbol> symbols = new ArrayList<>();
        private final StaticKeyId key = new StaticKeyId(KEY_NAME, DATA_ADDRESS);
        private final CodeLabel newLeaf = new CodeLabel();

        private final List<PatchSite> jumpLabels = new ArrayList<>();

        Writer(long seed) {
            this.seed = seed;
        }

        LoadedImage write() {
            GeneratedLayout layout = new GeneratedLayout(text, leaves(), mix.sites() >= MIN_SITES_FOR_PAGE_CROSSING);
            functions().forEach(function -> add(function, layout.place(function)));
            text.align(GeneratedLayout.FUNCTION_ALIGNMENT);
            symbols.add(new Symbol("generated_table", TABLE_ADDRESS, IntegerCode.TABLE_ENTRIES * 8L, false, true));
            symbols.add(new Symbol(KEY_NAME, DATA_ADDRESS, KEY_BYTES, false, true));
            return new LoadedImage(
                    "generated text, " + mix.sites() + " sites, seed " + seed,
                    List.of(
                            new Segment(".text", TEXT_ADDRESS, ImageBytes.copyOf(text.toArray()), true, false),
                            new Segment(".rodata", TABLE_ADDRESS, constants(), false, false),
                            new Segment(".data", DATA_ADDRESS, ImageBytes.copyOf(new byte[KEY_BYTES]), false, true)),
                    Symbols.of(symbols),
                    keys());
        }

        private SeededRandom random(String purpose) {
            return SeededRandom.of(seed, purpose);
        }

        private ImageBytes constants() {
            SeededRandom random = random("table");
            ByteBuffer bytes =
                    ByteBuffer.allocate(IntegerCode.TABLE_ENTRIES * 8).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < IntegerCode.TABLE_ENTRIES; i++) {
                bytes.putLong(random.nextLong());
            }
            return ImageBytes.copyOf(bytes.array());
        }

        private Shared leaves() {
            CodeLabel oldLeaf = new CodeLabel();
            leaf("leaf_a", oldLeaf, "patched leaf", false);
            leaf("leaf_b", newLeaf, "patched leaf", true);
            List<CodeLabel> leaves = new ArrayList<>();
            for (int i = 0; i < SHARED_LEAVES; i++) {
                CodeLabel label = new CodeLabel();
                leaf("leaf_mix_" + i, label, "leaf " + i, false);
                leaves.add(label);
            }
            return new Shared(table, leaves, oldLeaf);
        }

        /** A function that changes RAX, RCX and RDX only. @param counts whether it also counts its calls */
        private void leaf(String name, CodeLabel label, String purpose, boolean counts) {
            text.align(GeneratedLayout.FUNCTION_ALIGNMENT).bind(label);
            if (counts) {
                StatisticsCode.count(text, random("leaf statistics"), StatisticsCode.LEAF_SLOT);
            }
            IntegerCode integers = IntegerCode.ofLeaf(text, random(purpose), table);
            integers.loadFromScratch(Core.RAX);
            integers.straight(4);
            text.emit(a -> a.add(rax, rsi));
            text.emit(a -> a.xor_(rax, qword_ptr(rdi, 0)));
            text.emit(a -> a.ret());
            symbols.add(new Symbol(name, label.address(), text.here() - label.address(), true, false));
        }

        private List<RunnerFunction> functions() {
            SeededRandom random = random("functions");
            List<GeneratedKind> kinds = kinds();
            List<RunnerFunction> functions = new ArrayList<>();
            int pairs = 0;
            for (int site = 0;
                    site < kinds.size();
                    site += functions.get(functions.size() - 1).sites().size()) {
                int number = functions.size();
                boolean isAdjacent = pairs % 2 == 0;
                boolean isPair = number / FUNCTIONS_PER_PAIR >= pairs
                        && number >= FUNCTIONS_BEFORE_PAIRS
                        && site + 1 < kinds.size()
                        && kinds.get(site + 1).isNop()
                        && (isAdjacent
                                ? kinds.get(site) == GeneratedKind.NOP2
                                : kinds.get(site).isNop());
                pairs += isPair ? 1 : 0;
                functions.add(new RunnerFunction(
                        "bpf_run_%03d".formatted(number),
                        kinds.subList(site, site + (isPair ? 2 : 1)),
                        site,
                        isPair && isAdjacent,
                        random.nextLong()));
            }
            return functions;
        }

        /** Each kind as often as its share says, in any order; all kinds if there are enough sites. */
        private List<GeneratedKind> kinds() {
            List<GeneratedKind> kinds = new ArrayList<>(Collections.nCopies(mix.calls(), GeneratedKind.CALL));
            int rest = mix.sites() - mix.calls();
            int restShare = 0;
            for (GeneratedKind kind : GeneratedKind.values()) {
                restShare += kind.share();
            }
            // from the rarest on, each takes its part of what is left, and a rare one at least one of 8
            for (GeneratedKind kind :
                    List.of(GeneratedKind.JMP32, GeneratedKind.JMP8, GeneratedKind.NOP2, GeneratedKind.NOP5)) {
                int count = rest * kind.share() / restShare;
                count = count == 0 && rest >= 7 ? 1 : count;
                kinds.addAll(Collections.nCopies(count, kind));
                rest -= count;
                restShare -= kind.share();
            }
            SeededRandom random = random("kinds");
            for (int i = kinds.size() - 1; i > 0; i--) {
                Collections.swap(kinds, i, random.nextInt(i + 1));
            }
            return kinds;
        }

        private void add(RunnerFunction function, Assembled assembled) {
            long address = assembled.address();
            symbols.add(new Symbol(function.name(), address, assembled.bytes().sizeBytes(), true, true));
            for (Placed site : assembled.sites()) {
                entryPoints.add(new EntryPoint(site.address(), function.name(), address));
                site.kind()
                        .jumpLabel()
                        .ifPresentOrElse(
                                kind -> jumpLabels.add(jumpLabel(site, kind, function, assembled)),
                                () -> callSites.add(new CallSite(site.address(), site.target(), newLeaf.address())));
            }
        }

        /** While the key is off, a jump stands where its entry says "branch", and a no-op where not. */
        private PatchSite jumpLabel(Placed site, SiteKind kind, RunnerFunction function, Assembled assembled) {
            int offset = (int) (site.address() - assembled.address());
            return new PatchSite(
                    site.address(),
                    kind,
                    assembled.bytes().instruction(offset, kind.sizeBytes()),
                    site.target(),
                    key,
                    kind.isJump(),
                    false,
                    new SymbolOffset(function.name(), offset));
        }

        private List<KeySites> keys() {
            return jumpLabels.isEmpty() ? List.of() : List.of(new KeySites(key, 0, jumpLabels));
        }
    }
}

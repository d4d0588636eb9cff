package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.InstructionLength;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole text of a kernel, millions of instructions: objdump and the decoder agree where each one ends. */
class KernelTextDecodeTest {

    /** How many instructions the machine may not model: vector code of ciphers and checksums, descriptor tables, hypervisors. */
    private static final double NOT_MODELLED_SHARE = 0.0005;

    /** In how many functions with a site there may be one: x87. */
    private static final double NOT_MODELLED_FUNCTIONS_SHARE = 0.002;

    private static final ThreadMXBean PROCESSOR_TIME = ManagementFactory.getThreadMXBean();

    /** How long the processor may take to decode it all. */
    private static final int NO_INSTRUCTION = 0;

    private final Path folder;

    KernelTextDecodeTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void everyInstructionOfAKernelHasTheLengthThatObjdumpSees() throws IOException, InterruptedException {
        for (DistributionKernel kernel : DistributionKernel.all("the text of kernels is not compared with objdump")) {
            byte[] content = PackedElf.unpack(kernel.toString(), Files.readAllBytes(kernel.vmlinuz()));
            Path vmlinux = Files.write(folder.resolve("vmlinux"), content);
            compare(kernel, ElfFile.of(kernel.toString(), content), vmlinux);
        }
    }

    private static void compare(DistributionKernel kernel, ElfFile elf, Path vmlinux)
            throws IOException, InterruptedException {
        ElfFile.Section text = elf.sections().stream()
                .filter(section -> section.name().equals(".text"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = new byte[(int) text.sizeBytes()];
        elf.copyTo(text.offset(), bytes, 0, bytes.length);
        Comparison comparison = new Comparison(text.address(), bytes, functionsWithSites(kernel.load()));
        objdump(vmlinux, comparison);
        comparison.finish();
        assertEquals(List.of(), comparison.different);
        long begun = PROCESSOR_TIME.getCurrentThreadCpuTime();
        assertEquals(comparison.starts, sweep(text.address(), bytes));
        double seconds = (PROCESSOR_TIME.getCurrentThreadCpuTime() - begun) / 1e9;
        assertTrue(comparison.starts > 1_000_000, comparison::toString);
        assertTrue(comparison.notModelledCount() < NOT_MODELLED_SHARE * comparison.starts, comparison::toString);
        assertTrue(
                comparison.functionsNotModelled.size() < NOT_MODELLED_FUNCTIONS_SHARE * comparison.functions.size(),
                comparison::toString);
    }

    /** How many instructions there are when each begins where the decoder has the one before end. */
    private static long sweep(long address, byte[] bytes) {
        Decoder decoder = new Decoder();
        long count = 0;
        for (int offset = 0; offset < bytes.length; count++) {
            int available = Math.min(InstructionBytes.MAX_SIZE_BYTES, bytes.length - offset);
            InstructionBytes here = InstructionBytes.of(bytes, offset, available);
            try {
                offset += decoder.decode(here, address + offset).bytes().sizeBytes();
            } catch (NotModelled unknown) {
                offset += InstructionLength.of(here).orElse(1); // as objdump goes on
            }
        }
        return count;
    }

    /** The extents of the functions that contain a jump label site. */
    private static List<Symbol> functionsWithSites(LoadedImage image) {
        Set<Symbol> functions = new HashSet<>();
        image.sites().forEach(site -> image.symbols().covering(site.address()).ifPresent(functions::add));
        return functions.stream()
                .sorted(Comparator.comparing(Symbol::address, Long::compareUnsigned))
                .toList();
    }

    private static final class Comparison {
        private final Decoder decoder = new Decoder();
        private final long address;
        private final byte[] bytes;
        private final List<Symbol> functions;
        private final List<String> different = new ArrayList<>();
        /** Mnemonic to how often, in all text and in functions with a site. */
        private final Map<String, Integer> notModelled = new TreeMap<>();

        private final Map<String, Integer> notModelledAtSites = new TreeMap<>();
        private final Set<Symbol> functionsNotModelled = new HashSet<>();
        private long starts;
        private long start = -1;
        private String line = "";
        private int function;

        Comparison(long address, byte[] bytes, List<Symbol> functions) {
            this.address = address;
            this.bytes = bytes;
            this.functions = functions;
        }

        /** An instruction begins, so the one before ends here. */
        void next(long offset, String following) {
            if (start >= 0) {
                starts++;
                check((int) start, (int) (offset - start));
            }
            start = offset;
            line = following;
        }

        void finish() {
            next(bytes.length, "");
        }

        private void check(int offset, int length) {
            int available = Math.min(InstructionBytes.MAX_SIZE_BYTES, bytes.length - offset);
            InstructionBytes here = InstructionBytes.of(bytes, offset, available);
            int known = InstructionLength.of(here).orElse(NO_INSTRUCTION);
            if (known != (mnemonic().equals("(bad)") ? NO_INSTRUCTION : length)) {
                different.add(Address.text(address + offset) + " " + here + " (" + line + "): length " + known
                        + " here, " + length + " there");
            }
            try {
                int found = decoder.decode(here, address + offset).bytes().sizeBytes();
                if (found != length) {
                    different.add(Address.text(address + offset) + " " + here + " (" + line + "): " + found
                            + " bytes here, " + length + " there");
                }
            } catch (NotModelled unknown) {
                notModelled.merge(mnemonic(), 1, Integer::sum);
                while (function < functions.size()
                        && Long.compareUnsigned(functions.get(function).lastAddress(), address + offset) < 0) {
                    function++;
                }
                if (function < functions.size() && functions.get(function).covers(address + offset)) {
                    notModelledAtSites.merge(mnemonic(), 1, Integer::sum);
                    functionsNotModelled.add(functions.get(function));
                }
            }
        }

        private String mnemonic() {
            return line.split("\\s+")[0];
        }

        int notModelledCount() {
            return notModelled.values().stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public String toString() {
            return starts + " instructions; not modelled: " + notModelledCount() + " " + notModelled + "; of these in "
                    + functionsNotModelled.size() + " of the " + functions.size() + " functions with a site: "
                    + notModelledAtSites;
        }
    }

    private static void objdump(Path vmlinux, Comparison comparison) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(
                            "objdump", "-d", "-z", "-Mintel", "--no-show-raw-insn", "-j", ".text", vmlinux.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: the text of kernels is not compared with objdump: " + e.getMessage());
            Assumptions.abort("no objdump: " + e.getMessage());
            throw e;
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int colon = line.indexOf(":\t");
                if (colon > 0) {
                    long at = Long.parseUnsignedLong(line, 0, colon, 16);
                    comparison.next(at - comparison.address, line.substring(colon + 2));
                }
            }
        }
        assertEquals(0, process.waitFor());
    }
}

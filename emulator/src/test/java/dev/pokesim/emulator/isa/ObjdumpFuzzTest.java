package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another decoder's opinion of random bytes: whatever this decoder takes for an instruction, objdump does, too. */
class ObjdumpFuzzTest {
    private static final int STRINGS = 30_000;
    /** Each string has a cell of its own, filled up with NOPs, so that no disagreement spreads. */
    private static final int CELL_BYTES = 32;
    /** What objdump calls the reserved no-operation opcodes by the names they have with MPX, CET and other extensions. */
    private static final Set<String> NAMED_NOPS = Set.of(
            "bndcl",
            "bndcn",
            "bndcu",
            "bndldx",
            "bndmk",
            "bndmov",
            "bndstx",
            "cldemote",
            "endbr32",
            "prefetchit0",
            "prefetchit1",
            "rdsspd",
            "rdsspq");

    private static final Pattern PREFIX = Pattern.compile("lock|repn?z?|[c-gs]s|addr32|data16|bnd|rex(\\.[wrxb]+)?");
    private static final Pattern ABSOLUTE = Pattern.compile("\\[[re]iz\\*[1248]([+-])0x([0-9a-f]+)]");

    @TempDir
    private Path directory;

    @Test
    void objdumpSeesTheSameLengthsAndTextsInRandomBytes() throws IOException, InterruptedException {
        Random random = new Random(7);
        Decoder decoder = new Decoder();
        List<InstructionBytes> strings = new ArrayList<>();
        List<String> names = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (strings.size() < STRINGS) {
            byte[] bytes = DecoderFuzzTest.randomBytes(random);
            try {
                InstructionBytes string = InstructionBytes.of(bytes, 0, bytes.length);
                Decoded decoded = decoder.decode(string, (long) CELL_BYTES * strings.size());
                if (isComparable(decoded)) {
                    strings.add(decoded.bytes());
                    names.add(decoded.name());
                    byte[] cell = new byte[CELL_BYTES];
                    Arrays.fill(cell, (byte) 0x90);
                    System.arraycopy(bytes, 0, cell, 0, decoded.bytes().sizeBytes());
                    all.writeBytes(cell);
                }
            } catch (GuestFault | NotModelled nothingToCompare) {
                continue;
            }
        }
        Path binary = directory.resolve("random.bin");
        Files.write(binary, all.toByteArray());
        Map<Long, String[]> lines = objdump(binary);

        List<String> differences = new ArrayList<>();
        for (int i = 0; i < strings.size(); i++) {
            String[] line = lines.getOrDefault((long) CELL_BYTES * i, new String[] {"", "", "nothing"});
            int length = line[1].trim().split(" ").length;
            String expected = normalised(line[2]);
            String actual = normalised(names.get(i));
            boolean isNamedNop = actual.startsWith("nop") && NAMED_NOPS.contains(expected.split(" ")[0]);
            if (length != strings.get(i).sizeBytes() || !isNamedNop && !expected.equals(actual)) {
                differences.add(strings.get(i) + ": " + actual + ", but objdump: " + line[1] + line[2]);
            }
        }
        assertEquals(List.of(), differences.subList(0, Math.min(20, differences.size())));
    }

    /** objdump prints a REX that is not the last prefix as an instruction; it has own ideas about F2 BSF and 66 WRFSBASE. */
    private static boolean isComparable(Decoded decoded) {
        String hex = decoded.bytes().toString();
        String prefix = "(4[0-9a-f]|66|67|f0|f2|f3|26|2e|36|3e|64|65) ";
        return !hex.matches("(" + prefix + ")*4[0-9a-f] " + prefix + ".*")
                && !(hex.contains("f2 ") && decoded.mnemonic().matches("bs[fr]"))
                && !(hex.contains("66 ") && decoded.mnemonic().matches("(rd|wr)[fg]sbase"));
    }

    /** Without prefixes that mean nothing there, and without the index register that SIB can leave out. */
    private static String normalised(String text) {
        Deque<String> words =
                new ArrayDeque<>(List.of(text.trim().toLowerCase(Locale.ROOT).split("\\s+")));
        String lock = "";
        String repeat = "";
        while (words.size() > 1 && PREFIX.matcher(words.element()).matches()) {
            String word = words.remove();
            lock = word.equals("lock") ? "lock " : lock;
            repeat = word.startsWith("rep") ? word + " " : repeat; // the last one counts
        }
        boolean isString = words.element().matches("movs|stos|lods|scas|cmps");
        String rest = AssemblyText.normalised(String.join(" ", words));
        String result = (lock + (isString ? repeat : "") + rest)
                .replaceAll("\\+[re]iz\\*[1248]", "")
                .replace("movabs", "mov");
        Matcher absolute = ABSOLUTE.matcher(result);
        if (!absolute.find()) {
            return result;
        }
        long address = Long.parseLong(absolute.group(1) + absolute.group(2), 16);
        return absolute.replaceFirst("[0x" + Long.toHexString(address) + "]");
    }

    private Map<Long, String[]> objdump(Path binary) throws IOException, InterruptedException {
        Path output = directory.resolve("objdump.txt");
        Process process;
        try {
            process = new ProcessBuilder(
                            "objdump", "-D", "-w", "-z", "-b", "binary", "-mi386:x86-64", "-Mintel", binary.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: random bytes are not compared with objdump: " + e.getMessage());
            Assumptions.abort("no objdump: " + e.getMessage());
            throw e;
        }
        assertEquals(0, process.waitFor(), "exit code of objdump");
        Map<Long, String[]> lines = new HashMap<>();
        for (String line : Files.readAllLines(output, StandardCharsets.UTF_8)) {
            String[] fields = line.split("\t");
            if (fields.length >= 3) {
                lines.put(Long.parseLong(fields[0].replace(":", "").trim(), 16), fields);
            }
        }
        return lines;
    }
}

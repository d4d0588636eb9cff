package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KallsymsTest {

    @ParameterizedTest
    @EnumSource
    void keysAndSitesAreThoseThatTheSymbolTableGives(KallsymsLayout layout) {
        LoadedImage image = SmallKernel.load(SmallKernel.vmlinux(layout));
        assertEquals(SmallKernel.original().keys(), image.keys());
    }

    @ParameterizedTest
    @EnumSource
    void everySymbolHasItsAddressKindAndName(KallsymsLayout layout) {
        Symbols symbols = SmallKernel.load(SmallKernel.vmlinux(layout)).symbols();
        TreeSet<String> expected = new TreeSet<>();
        for (Symbol symbol : SmallKernel.symbols()) {
            expected.add(text(symbol));
        }
        TreeSet<String> actual = new TreeSet<>();
        symbols.all().forEach(symbol -> actual.add(text(symbol)));
        assertTrue(actual.containsAll(expected), () -> expected + " in " + actual);
        assertEquals(1, symbols.named(SmallKernel.LONG_NAME).size());
        assertEquals(1, symbols.named("filler_599").size());
        long thisCpuOff = symbols.named("this_cpu_off").get(0).address();
        assertEquals(layout.hasPerCpuAtZero() ? 0x10 : 0xffffffff82000010L, thisCpuOff);
    }

    private static String text(Symbol symbol) {
        return Long.toHexString(symbol.address())
                + (symbol.function() ? " function " : " data ")
                + (symbol.global() ? "global " : "local ")
                + symbol.name();
    }

    @Test
    void symbolReachesUpToTheNextOneButNotOutOfItsSegment() {
        Symbols symbols =
                SmallKernel.load(SmallKernel.vmlinux(KallsymsLayout.PER_CPU)).symbols();
        assertEquals(4, symbols.named("filler_3").get(0).sizeBytes());
        Symbol last = symbols.named("this_cpu_off").get(0);
        assertEquals(SmallKernel.PER_CPU_BYTES - 0x10, last.sizeBytes());
        assertEquals(0, symbols.named("__per_cpu_end").get(0).sizeBytes());
        assertEquals("this_cpu_off+0x8", symbols.locate(0x18).toString());
        assertEquals("0x1234", symbols.locate(0x1234).toString());
    }

    @Test
    void imageThatIsNoKernelHasNone() {
        assertEquals(Optional.empty(), Kallsyms.find(SmallKernel.original().segments()));
        assertEquals(Optional.empty(), Kallsyms.find(List.of()));
    }

    @Test
    void tablesThatDisagreeAreNone() {
        byte[] elf = SmallKernel.vmlinux(KallsymsLayout.PER_CPU);
        int digits = new String(elf, StandardCharsets.ISO_8859_1).indexOf("0\0001\0002\0003\0004\000");
        int tokens = startOfTokens(elf, digits);
        assertTrue(findsKernel(elf));
        assertFalse(findsKernel(changed(elf, digits + 2)), "a digit");
        // Three markers of four bytes and four bytes of padding stand before the tokens.
        assertFalse(findsKernel(changed(elf, tokens - 12)), "the second marker");
        // The last offset of a token is the end of the tables; per-CPU data follows.
        assertFalse(findsKernel(changed(elf, elf.length - SmallKernel.PER_CPU_BYTES - 2)), "an offset");
    }

    private static boolean findsKernel(byte[] elf) {
        return !SmallKernel.load(elf).keys().isEmpty();
    }

    private static byte[] changed(byte[] elf, int offset) {
        byte[] changed = elf.clone();
        changed[offset]++;
        return changed;
    }

    /** 48 tokens stand before that of the digit 0. */
    private static int startOfTokens(byte[] elf, int digits) {
        int at = digits;
        for (int tokens = 0; tokens < '0'; tokens++) {
            at--;
            while (elf[at - 1] != 0) {
                at--;
            }
        }
        return at;
    }
}

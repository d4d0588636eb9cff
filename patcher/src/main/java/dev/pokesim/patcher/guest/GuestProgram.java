package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.site.KernelImage;
import dev.pokesim.patcher.site.Symbol;
import java.util.ArrayList;
import java.util.List;

/**
 * A BPF program in guest memory, of the shape that the kernels of 6.1 and 6.12 expect: its code returns 0. The kernel's functions that
 * run a program at a tracepoint can be called with it; each has a site of bpf_stats_enabled_key.
 *
 * @see "Linux include/linux/bpf.h, struct bpf_prog, struct bpf_raw_tp_link; kernel/trace/bpf_trace.c, __bpf_trace_run()"
 */
public final class GuestProgram {
    /** The struct is known of these kernels; the later one takes a link to the program. */
    private static final String TAKES_PROGRAM = "Linux version 6.1.";

    private static final String TAKES_LINK = "Linux version 6.12.";

    private static final String RUNNER = "bpf_trace_run";
    private static final int RUNNERS = 12;

    private static final int STATS = 0x20;
    private static final int ACTIVE = 0x28;
    private static final int BPF_FUNC = 0x30;
    private static final int STATS_OFFSET = 0x100;
    /** Of struct bpf_raw_tp_link: its cookie is the last of it that is read. */
    private static final int LINK_PROG = 0x18;

    private static final int LINK_COOKIE = 0x48;
    private static final long LINK = GuestLayout.PROGRAM + 0x100;
    /** xor eax, eax; ret. */
    private static final byte[] CODE = {0x31, (byte) 0xc0, (byte) 0xc3};

    private GuestProgram() {}

    /** The first argument of those functions. */
    public static long argument(GuestKernel kernel) {
        return banner(kernel).startsWith(TAKES_LINK) ? LINK : GuestLayout.PROGRAM;
    }

    private static String banner(GuestKernel kernel) {
        return KernelImage.of(kernel.image()).orElseThrow().banner();
    }

    /** The functions of this kernel that can be called with {@link #argument}, in the order of their names' numbers. */
    public static List<Symbol> runners(GuestKernel kernel) {
        List<Symbol> runners = new ArrayList<>();
        String banner = banner(kernel);
        if (banner.startsWith(TAKES_PROGRAM) || banner.startsWith(TAKES_LINK)) {
            for (int i = 1; i <= RUNNERS; i++) {
                runners.addAll(kernel.image().symbols().named(RUNNER + i));
            }
        }
        return runners;
    }

    /** Writes the program; its statistics are in the run-time part of the per-CPU areas. */
    public static void map(GuestKernel kernel, AddressSpace memory) {
        long perCpu = kernel.perCpuDynamic();
        memory.map(
                GuestLayout.PROGRAM, LINK + LINK_COOKIE + Long.BYTES - GuestLayout.PROGRAM, Access.READ, Access.WRITE);
        memory.write(GuestLayout.PROGRAM + STATS, Long.BYTES, perCpu + STATS_OFFSET, 0);
        memory.write(GuestLayout.PROGRAM + ACTIVE, Long.BYTES, perCpu, 0);
        memory.write(GuestLayout.PROGRAM + BPF_FUNC, Long.BYTES, GuestLayout.PROGRAM_CODE, 0);
        memory.write(LINK + LINK_PROG, Long.BYTES, GuestLayout.PROGRAM, 0);
        memory.map(GuestLayout.PROGRAM_CODE, CODE.length, Access.READ, Access.EXECUTE);
        memory.load(GuestLayout.PROGRAM_CODE, CODE);
    }

    /** How often the program ran on a core while the kernel counted. */
    public static long countedRuns(AddressSpace memory, int core) {
        return memory.read(GuestLayout.perCpu(core) + GuestLayout.PER_CPU_DYNAMIC + STATS_OFFSET, Long.BYTES);
    }
}

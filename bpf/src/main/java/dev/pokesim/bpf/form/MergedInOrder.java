package dev.pokesim.bpf.form;

import java.util.Set;

/** {@link CommandListAsync} held to the order in which a CPU calls operations, where another CPU carries some of them out. */
public final class MergedInOrder extends CommandListAsync {
    @Override
    public String name() {
        return "merged-in-order";
    }

    @Override
    public String description() {
        return "merged, held to an order that it does not promise: what is done at once comes after the commands of its CPU";
    }

    @Override
    public Set<String> notPromised() {
        return Set.of("LastCommandWins");
    }
}

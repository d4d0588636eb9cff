package dev.pokesim.patcher.proof;

import java.util.Arrays;
import java.util.List;

/**
 * The strongly connected components of a directed graph, found without recursion.
 *
 * @see "Tarjan, Depth-First Search and Linear Graph Algorithms, SIAM J. Comput. 1972"
 */
final class StrongComponents {
    private static final int UNSEEN = -1;

    private final List<int[]> edges;
    private final int[] number;
    private final int[] low;
    private final int[] component;
    private final int[] stack;
    private int stackSize;
    private int numbered;
    private int components;

    /**
     * @param edges per node the nodes it leads to, each followed by a number that does not matter here
     */
    StrongComponents(List<int[]> edges) {
        this.edges = edges;
        int size = edges.size();
        number = new int[size];
        low = new int[size];
        component = new int[size];
        stack = new int[size];
        Arrays.fill(number, UNSEEN);
        Arrays.fill(component, UNSEEN);
    }

    /** The component of each node, from 0. */
    int[] find() {
        int[] path = new int[edges.size()];
        int[] edge = new int[edges.size()];
        for (int root = 0; root < edges.size(); root++) {
            if (number[root] != UNSEEN) {
                continue;
            }
            int depth = 0;
            path[0] = root;
            enter(root);
            while (depth >= 0) {
                int node = path[depth];
                int[] out = edges.get(node);
                if (edge[node] < out.length) {
                    int to = out[edge[node]];
                    edge[node] += 2;
                    if (number[to] == UNSEEN) {
                        enter(to);
                        path[++depth] = to;
                    } else if (component[to] == UNSEEN) {
                        low[node] = Math.min(low[node], number[to]);
                    }
                } else {
                    close(node);
                    depth--;
                    if (depth >= 0) {
                        low[path[depth]] = Math.min(low[path[depth]], low[node]);
                    }
                }
            }
        }
        return component;
    }

    private void enter(int node) {
        number[node] = numbered;
        low[node] = numbered++;
        stack[stackSize++] = node;
    }

    private void close(int node) {
        if (low[node] != number[node]) {
            return;
        }
        int member;
        do {
            member = stack[--stackSize];
            component[member] = components;
        } while (member != node);
        components++;
    }
}

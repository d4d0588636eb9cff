package dev.pokesim.cli.gdb;

import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waits for one debugger and serves it a run. */
public final class GdbServer implements Closeable {
    private final ServerSocket socket;

    /**
     * Listens from now on.
     *
     * @param host null for the loopback interface: nobody from elsewhere can connect
     * @param port 0 for any that is free
     * @throws IOException if that port cannot be had
     */
    public GdbServer(@Nullable String host, int port) throws IOException {
        InetAddress address =
                host == null ? InetAddress.getByAddress(new byte[] {127, 0, 0, 1}) : InetAddress.getByName(host);
        socket = new ServerSocket();
        socket.bind(new InetSocketAddress(address, port), 1);
    }

    /** Where it listens, as {@code HOST:PORT}. */
    public String address() {
        String host = socket.getInetAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getLocalPort();
    }

    /**
     * Serves the first debugger that connects until it leaves.
     *
     * @param out the directory in which it may have files made; null for none
     * @param stop asked while a run goes on: whether to end
     * @throws IOException if nobody can connect
     */
    public void serve(PatchTimeline run, @Nullable Path out, BooleanSupplier stop) throws IOException {
        try (Socket debugger = socket.accept()) {
            debugger.setTcpNoDelay(true);
            GdbTarget target = new GdbTarget(run);
            GdbPackets packets = new GdbPackets(debugger.getInputStream(), debugger.getOutputStream());
            try {
                new GdbSession(packets, target, new Monitor(target, out), stop).run();
            } catch (SocketException gone) {
                // as good as a detach
            }
        }
    }

    /** The names of a run's addresses, as an ELF file. */
    public static byte[] symbols(PatchTimeline run) {
        return SymbolElf.of(run);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

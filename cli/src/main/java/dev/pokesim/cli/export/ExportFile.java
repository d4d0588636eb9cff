package dev.pokesim.cli.export;

import dev.pokesim.cli.console.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is written under another name beside its own, and gets its own when it is complete. */
public final class ExportFile extends OutputStream {
    private final Path target;
    private final Path part;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private long written;
    private boolean complete;

    private ExportFile(Path target, Path part, FileChannel channel) {
        this.target = target;
        this.part = part;
        this.channel = channel;
    }

    /**
     * Begins one.
     *
     * @throws UserError if there can be no such file
     */
    public static ExportFile to(Path target) {
        if (Files.isDirectory(target)) {
            throw new UserError("--to " + target + " is a directory; name a file");
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            return new ExportFile(target, part, create(part));
        } catch (NoSuchFileException e) {
            throw new UserError("--to " + target + ": its folder does not exist; make it first", e);
        } catch (AccessDeniedException e) {
            throw new UserError("--to " + target + ": may not be written; name another file", e);
        } catch (IOException e) {
            throw new UserError("--to " + target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    /** Another file beside this one, for what must be put in order first; it goes away when closed. */
    FileChannel scratch() throws IOException {
        Path file = target.resolveSibling(target.getFileName() + ".pages");
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** How many bytes have been written. */
    long position() {
        return written + buffer.position();
    }

    @Override
    public void write(int one) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put((byte) one);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        for (int done = 0; done < count; ) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int now = Math.min(count - done, buffer.remaining());
            buffer.put(bytes, from + done, now);
            done += now;
        }
    }

    @Override
    public void flush() throws IOException {
        buffer.flip();
        written += writeAt(written, buffer);
        buffer.clear();
    }

    /** Writes over what stands at an offset; the position stays. */
    void overwrite(long offset, byte[] bytes) throws IOException {
        flush();
        writeAt(offset, ByteBuffer.wrap(bytes));
    }

    private int writeAt(long offset, ByteBuffer bytes) throws IOException {
        int done = 0;
        while (bytes.hasRemaining()) {
            done += channel.write(bytes, offset + done);
        }
        return done;
    }

    /** Says that it is complete: {@link #close} gives it its name. */
    public void complete() throws IOException {
        flush();
        complete = true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (complete) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.deleteIfExists(part);
        }
    }
}

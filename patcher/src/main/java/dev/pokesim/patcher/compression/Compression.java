package dev.pokesim.patcher.compression;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.LZMAInputStream;
import org.tukaani.xz.SingleXZInputStream;

/**
 * How data is compressed, recognised by its first bytes. These are the formats of CONFIG_KERNEL_* and
 * CONFIG_MODULE_COMPRESS_* that distributions use; BZIP2 and LZO are not among them. Source: Linux scripts/Makefile.lib.
 */
public enum Compression {
    GZIP("1f8b"),
    XZ("fd377a585a00"),
    LZMA("5d0000"),
    /** The legacy frame, the only one that the kernel knows. */
    LZ4("02214c18"),
    ZSTD("28b52ffd");

    /** What a dictionary may take; the kernel's build asks for up to 128 MiB. */
    private static final int DICTIONARY_KIB = 192 << 10;

    private static final int CHUNK_BYTES = 1 << 16;

    private final byte[] magic;

    Compression(String magic) {
        this.magic = HexFormat.of().parseHex(magic);
    }

    /** The format of the data at an offset; empty if it is none of these. */
    public static Optional<Compression> at(byte[] data, int offset) {
        return Arrays.stream(values())
                .filter(one -> one.magic.length <= data.length - offset
                        && Arrays.equals(data, offset, offset + one.magic.length, one.magic, 0, one.magic.length))
                .findFirst();
    }

    /**
     * Unpacks data.
     *
     * @param data holds the compressed bytes from {@code start} up to, not including, {@code end}
     * @param expectedBytes a guess at the size, for the first allocation
     * @param limitBytes what the result may have at most
     * @return the result, a new array of its size
     * @throws DamagedData if the bytes are not this format's, are cut off or give more than the limit
     */
    public byte[] unpack(byte[] data, int start, int end, int expectedBytes, int limitBytes) throws DamagedData {
        UnpackedBytes out = new UnpackedBytes(expectedBytes, limitBytes);
        InputStream in = new ByteArrayInputStream(data, start, end - start);
        switch (this) {
            case GZIP -> drain(() -> new GZIPInputStream(in, CHUNK_BYTES), out);
            case XZ -> drain(() -> new SingleXZInputStream(in, DICTIONARY_KIB), out);
            case LZMA -> drain(() -> new LZMAInputStream(in, DICTIONARY_KIB), out);
            case LZ4 -> Lz4Legacy.unpack(data, start, end, out);
            case ZSTD -> new Zstd(data, start, end, out).unpack();
        }
        return out.toArray();
    }

    private interface Opening {
        InputStream open() throws IOException;
    }

    private static void drain(Opening opening, UnpackedBytes out) throws DamagedData {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = opening.open()) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                out.append(chunk, 0, count);
            }
        } catch (DamagedData tooLarge) {
            throw tooLarge;
        } catch (IOException failure) {
            String reason = failure.getMessage();
            throw new DamagedData(reason == null ? "it is cut off" : "it is damaged (" + reason + ")");
        }
    }

    /** {@code xz}, as the tool that unpacks it by hand is called. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.weir.cli;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * A file to import, gzip or plain, as it was when it was first read: what is appended to it later is not part of it.
 *
 * @param key SHA-256 of its uncompressed content, hexadecimal
 * @param bytes uncompressed
 * @param lines of its content; the last one may lack its line feed
 */
record ImportSource(Path file, String key, long bytes, long lines) {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Reads the file once, for its key and its size. */
    static ImportSource of(Path file) throws IOException {
        MessageDigest digest = sha256();
        long bytes = 0;
        long lines = 0;
        byte last = '\n';
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream content = uncompressed(file)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
                last = read > 0 ? buffer[read - 1] : last;
            }
        }
        return new ImportSource(
                file, HexFormat.of().formatHex(digest.digest()), bytes, last == '\n' ? lines : lines + 1);
    }

    /** The content from its beginning, as long as it was at first; fails when the file has become shorter. */
    InputStream open() throws IOException {
        return new Bounded(uncompressed(file), bytes);
    }

    private static InputStream uncompressed(Path file) throws IOException {
        BufferedInputStream content = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        content.mark(2);
        boolean gzip = content.read() == 0x1f && content.read() == 0x8b;
        content.reset();
        return gzip ? new GZIPInputStream(content, BUFFER_BYTES) : content;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new UncheckedIOException(new IOException(impossible));
        }
    }

    private static final class Bounded extends InputStream {
        private final InputStream content;
        private long remaining;

        Bounded(InputStream content, long bytes) {
            this.content = content;
            this.remaining = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (remaining == 0) {
                return -1;
            }
            int read = content.read(buffer, offset, (int) Math.min(length, remaining));
            if (read < 0) {
                throw new EOFException("the file has become shorter while it was imported");
            }
            remaining -= read;
            return read;
        }

        @Override
        public void close() throws IOException {
            content.close();
        }
    }
}

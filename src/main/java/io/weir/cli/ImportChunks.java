package io.weir.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Cuts a file's content into chunks of whole lines. Holds no more than one chunk and one line in memory. */
final class ImportChunks {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream content;
    private final int maxLines;
    private final int maxBytes;
    private final LongConsumer tooLong;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long nextLine;
    private byte @Nullable [] heldLine;

    /**
     * Cuts content.
     *
     * @param maxLines lines of a chunk at most
     * @param maxBytes bytes of a chunk, and so of a line, at most
     * @param tooLong told the number, from 0, of each line that is left out because it does not fit into a chunk
     */
    ImportChunks(InputStream content, int maxLines, int maxBytes, LongConsumer tooLong) {
        this.content = content;
        this.maxLines = maxLines;
        this.maxBytes = maxBytes;
        this.tooLong = tooLong;
    }

    /** The next chunk; null at the end. */
    @Nullable
    ImportChunk next() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long first = nextLine;
        int lines = 0;
        while (lines < maxLines) {
            byte[] line = heldLine == null ? readLine() : heldLine;
            heldLine = null;
            if (line == null) {
                break;
            }
            boolean fits = line.length <= maxBytes;
            if (lines > 0 && (!fits || body.size() + line.length > maxBytes)) {
                heldLine = line;
                break;
            }
            nextLine++;
            if (fits) {
                body.writeBytes(line);
                lines++;
            } else {
                tooLong.accept(nextLine - 1);
                first = nextLine;
            }
        }
        return lines == 0 ? null : new ImportChunk(first, lines, body.toByteArray());
    }

    /** A line with its line feed; null at the end. Of one that is too long only as much as shows that it is. */
    private byte @Nullable [] readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean any = false;
        while (true) {
            if (position == limit) {
                position = 0;
                limit = Math.max(0, content.read(buffer));
                if (limit == 0) {
                    return any ? line.toByteArray() : null;
                }
            }
            any = true;
            int start = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            boolean ends = position < limit;
            if (ends) {
                position++;
            }
            line.write(buffer, start, Math.min(position - start, maxBytes + 1 - Math.min(line.size(), maxBytes + 1)));
            if (ends) {
                return line.toByteArray();
            }
        }
    }
}

package io.weir.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Server-sent events, one after the other. Another thread may close it, which ends it. */
final class Feed implements AutoCloseable {
    /**
     * An event.
     *
     * @param name {@code message} where it has none, as the specification of server-sent events has it
     */
    record Message(String name, String data) {}

    private static final String DATA = "data:";
    private static final String EVENT = "event:";
    private static final String UNNAMED = "message";

    private final InputStream stream;
    private final BufferedReader lines;
    private volatile boolean isClosed;

    Feed(InputStream stream) {
        this.stream = stream;
        this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** The data of the next event; null once it was closed here. Blocks. */
    @Nullable
    String next() throws AdminClient.Failed {
        Message message = nextMessage();
        return message == null ? null : message.data();
    }

    /** The next event, whose data has one line; null once it was closed here. Blocks. */
    @Nullable
    Message nextMessage() throws AdminClient.Failed {
        String name = UNNAMED;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(DATA)) {
                    return new Message(name, line.substring(DATA.length()).strip());
                }
                if (line.startsWith(EVENT)) {
                    name = line.substring(EVENT.length()).strip();
                }
            }
        } catch (IOException broken) {
            if (!isClosed) {
                throw new AdminClient.Failed("the connection to Weir broke: " + broken.getMessage());
            }
        }
        if (isClosed) {
            return null;
        }
        throw new AdminClient.Failed("Weir has ended what it was telling; it may be stopping");
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            stream.close();
        } catch (IOException broken) {
            // it has ended all the same
        }
    }
}

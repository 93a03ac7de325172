package io.weir.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real-time priority of the calling thread, by util-linux's {@code chrt}, for as long as this is open.
 *
 * <p>Visitors have machines of their own. A generator that shares the server's waits for a processor as its threads do, and
 * what it waits would be measured as the server's; so it is to come before everything else.
 */
final class RealTimePriority implements AutoCloseable {
    private static final Path THREAD = Path.of("/proc/thread-self");

    private final String thread;
    private final boolean given;

    private RealTimePriority(String thread, boolean given) {
        this.thread = thread;
        this.given = given;
    }

    /** Whether this machine gives it, for who says under what a figure was measured. */
    static boolean isGiven() throws IOException {
        try (RealTimePriority tried = ofThisThread()) {
            return tried.given;
        }
    }

    /** Asks for it; without the right to it, or elsewhere than on Linux, the thread stays as it is. */
    static RealTimePriority ofThisThread() throws IOException {
        if (!Files.exists(THREAD)) {
            return new RealTimePriority("", false);
        }
        String thread = Files.readSymbolicLink(THREAD).getFileName().toString();
        // what the thread starts meanwhile is not to have it
        return new RealTimePriority(thread, chrt("--reset-on-fork", "--fifo", "--pid", "1", thread));
    }

    private static boolean chrt(String... arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder("chrt").redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.command().addAll(List.of(arguments));
        try {
            return builder.start().waitFor() == 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException notInstalled) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (given) {
            chrt("--other", "--pid", "0", thread);
        }
    }
}

package io.weir.scheduling;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has threads of this process ask for a short time slice, found by their names: what answers and what speaks with Redis,
 * and what has them stand still to collect garbage. What counts and writes, and the compiler, stay as they are and give
 * way to them, as do other programs on the machine.
 *
 * <p>Threads come and go, so it is to be asked again from time to time.
 */
public final class ShortSlices {
    /** As the system keeps names: the first fifteen characters. */
    public static final List<String> SERVER = List.of("weir-pekko.", "lettuce-nio", "GC Thread", "VM Thread");

    private static final Logger LOG = LoggerFactory.getLogger(ShortSlices.class);
    private static final Path THREADS = Path.of("/proc/self/task");

    private final @Nullable TimeSlices slices;
    private final List<String> names;
    private final Duration slice;
    private volatile int threads;

    private ShortSlices(@Nullable TimeSlices slices, List<String> names, Duration slice) {
        this.slices = slices;
        this.names = List.copyOf(names);
        this.slice = slice;
    }

    /** For the threads whose names begin with one of these. Does nothing where the system has no such slices. */
    public static ShortSlices of(List<String> names, Duration slice) {
        return new ShortSlices(TimeSlices.ofSystem(), names, slice);
    }

    /** Asks for the calling thread; whether it has it. */
    public static boolean askForThisThread(Duration slice) {
        TimeSlices slices = TimeSlices.ofSystem();
        return slices != null && slices.ask(TimeSlices.CALLER, slice);
    }

    /** Tells how many threads have one. */
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("weir.scheduling.short.slices", () -> threads)
                .description("Threads that the system's scheduler gives a short time slice")
                .register(meters);
    }

    /** Asks for all threads that there are, and returns how many have it. */
    public int ask() {
        if (slices == null) {
            return 0;
        }
        int asked = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(THREADS)) {
            for (Path thread : all) {
                if (isMeant(thread)
                        && slices.ask(Integer.parseInt(thread.getFileName().toString()), slice)) {
                    asked++;
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            LOG.debug("threads are not listed: {}", unreadable.toString());
        }
        threads = asked;
        return asked;
    }

    private boolean isMeant(Path thread) {
        try {
            String name = Files.readString(thread.resolve("comm")).strip();
            return names.stream().anyMatch(name::startsWith);
        } catch (IOException ended) {
            return false;
        }
    }
}

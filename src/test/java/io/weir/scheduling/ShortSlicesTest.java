package io.weir.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With this machine's own scheduler: one that knows slices takes them, and any other is left alone. */
class ShortSlicesTest {
    private static final Duration SHORT = Duration.ofNanos(150_000);

    private final CountDownLatch end = new CountDownLatch(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @AfterEach
    void endThreads() {
        end.countDown();
    }

    @Test
    void threadsOfTheseNamesGetAShortSliceAndOthersKeepTheirs() throws Exception {
        Path first = running("slice-me-1");
        Path second = running("slice-me-2");
        Path other = running("other");
        ShortSlices slices = ShortSlices.of(List.of("slice-me", "nobody"), SHORT);
        slices.bindTo(meters);
        assertThat(slices.ask()).isEqualTo(slicesAreKnown() ? 2 : 0);
        assertThat(slices.ask()).as("once more").isEqualTo(slicesAreKnown() ? 2 : 0);
        assertThat(meters.get("weir.scheduling.short.slices").gauge().value()).isEqualTo(slicesAreKnown() ? 2 : 0);
        if (slicesAreKnown()) {
            TimeSlices system = Objects.requireNonNull(TimeSlices.ofSystem());
            assertThat(system.nanos(number(first))).isEqualTo(SHORT.toNanos());
            assertThat(system.nanos(number(second))).isEqualTo(SHORT.toNanos());
            assertThat(system.nanos(number(other))).isNotEqualTo(SHORT.toNanos());
        }
        end.countDown();
        // a name in the list without a thread, and threads that have ended, are nothing to it
        assertThat(ShortSlices.of(List.of("nobody"), SHORT).ask()).isZero();
    }

    @Test
    void aThreadAsksForItselfAndKeepsWhatElseItHas() throws Exception {
        List<Boolean> answers = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> answers.add(ShortSlices.askForThisThread(SHORT)));
        thread.join();
        assertThat(answers).containsExactly(slicesAreKnown());
    }

    @Test
    void aThreadThatIsNotThereAndASystemWithoutSlicesAreNoFailure() {
        TimeSlices system = TimeSlices.ofSystem();
        if (system != null) {
            assertThat(system.ask(Integer.MAX_VALUE, SHORT)).isFalse();
        }
        assertThat(TimeSlices.of("Mac OS X", "aarch64")).isNull();
        assertThat(TimeSlices.of("Linux", "s390x")).isNull();
    }

    /** Starts a thread and returns its directory, once the system knows its name. */
    private Path running(String name) throws Exception {
        Thread thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                end.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        Path tasks = Path.of("/proc/self/task");
        while (Files.isDirectory(tasks) && thread.isAlive()) {
            try (var all = Files.newDirectoryStream(tasks)) {
                for (Path task : all) {
                    if (nameOf(task).equals(name)) {
                        return task;
                    }
                }
            }
        }
        return tasks;
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException ended) {
            return "";
        }
    }

    private static int number(Path task) {
        return Integer.parseInt(task.getFileName().toString());
    }

    /** Linux has them since 6.12. */
    private static boolean slicesAreKnown() {
        String[] version = System.getProperty("os.version").split("[.-]", -1);
        int major = Integer.parseInt(version[0]);
        return TimeSlices.ofSystem() != null && (major > 6 || (major == 6 && Integer.parseInt(version[1]) >= 12));
    }
}

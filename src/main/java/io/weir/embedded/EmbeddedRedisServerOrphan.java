package io.weir.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis of a data directory that outlived the process that started it, by a {@code kill -9} for example.
 *
 * <p>Only to be looked for by who holds the directory's lock: the server of a Weir that lives is no orphan.
 */
final class EmbeddedRedisServerOrphan {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisServerOrphan.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(20);

    private EmbeddedRedisServerOrphan() {}

    /**
     * Shuts down the orphan of {@code directory}, if there is one, and waits for its end. What a server left behind
     * that is no more is ignored.
     *
     * @throws IllegalStateException when it is there and doesn't end in {@code timeout}
     */
    static void shutDown(Path directory, Path executable, Path pidFile, Path portFile, Duration timeout)
            throws InterruptedException {
        OptionalLong port = readNumber(portFile);
        if (port.isPresent() && port.getAsLong() > 0 && port.getAsLong() <= 65_535) {
            int portNumber = (int) port.getAsLong();
            Optional<EmbeddedRedisServerProbe.Identity> identity =
                    EmbeddedRedisServerProbe.identify(portNumber, ANSWER_TIMEOUT);
            if (identity.isPresent()) {
                if (isSame(identity.get().directory(), directory)) {
                    LOG.warn(
                            "Redis of {} still runs as process {} on port {}, left by a Weir that was killed: shutting"
                                    + " it down",
                            directory,
                            identity.get().pid(),
                            portNumber);
                    EmbeddedRedisServerProbe.shutDown(portNumber, timeout);
                    awaitEnd(identity.get().pid(), portNumber, timeout);
                }
                return;
            }
        }
        OptionalLong pid = readNumber(pidFile);
        Optional<ProcessHandle> process = pid.isPresent() ? ProcessHandle.of(pid.getAsLong()) : Optional.empty();
        if (process.isPresent() && isSilentRedisOf(process.get(), directory, executable)) {
            LOG.warn(
                    "Redis of {} still runs as process {} and does not answer: ending it",
                    directory,
                    process.get().pid());
            end(process.get(), timeout);
        }
    }

    private static void awaitEnd(long pid, int port, Duration timeout) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        // Redis stops listening after its log is on the disk. A dead process that nobody has reaped counts as alive
        // for the operating system, hence the port.
        while (EmbeddedRedisServerProbe.isListening(port, ANSWER_TIMEOUT)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException("Redis, process " + pid + " on port " + port
                        + ", was left by a Weir that was killed and does not shut down: end it with kill " + pid);
            }
            Thread.sleep(POLL);
        }
    }

    private static void end(ProcessHandle process, Duration timeout) throws InterruptedException {
        process.destroy();
        long deadlineNanos = System.nanoTime() + timeout.toNanos() / 2;
        while (process.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            Thread.sleep(POLL);
        }
        if (process.isAlive()) {
            process.destroyForcibly();
        }
    }

    /** A process number alone proves nothing, it may be somebody else's by now: executable and directory must agree. */
    private static boolean isSilentRedisOf(ProcessHandle process, Path directory, Path executable) {
        Optional<String> command = process.info().command();
        if (command.isEmpty() || !isSame(Path.of(command.get()), executable)) {
            return false;
        }
        Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
        return Files.exists(workingDirectory) && isSame(workingDirectory, directory);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException problem) {
            return false;
        }
    }

    private static OptionalLong readNumber(Path file) {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException problem) {
            return OptionalLong.empty();
        }
    }
}

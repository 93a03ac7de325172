package io.weir.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.RedisExecProvider;
import redis.embedded.util.OsArchitecture;

/** The Redis executable for this machine, unpacked once per user and shared by every start. */
final class EmbeddedRedisServerExecutable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedisServerExecutable.class);

    private EmbeddedRedisServerExecutable() {}

    /**
     * Finds the executable in the user's cache directory, or puts it there.
     *
     * @param fallback where it is kept when the user has no cache directory that can be written
     */
    static Path locate(Path fallback) throws IOException {
        Path userCache = userCache();
        if (userCache != null) {
            try {
                return locateIn(userCache);
            } catch (FileSystemException problem) {
                LOG.debug("No executable can be kept in {}: {}", userCache, problem.toString());
            }
        }
        return locateIn(fallback);
    }

    static Path locateIn(Path directory) throws IOException {
        OsArchitecture machine = OsArchitecture.detect();
        Path executable = directory.resolve(
                "redis-server-" + RedisExecProvider.redisVersion + "-" + machine.os() + "-" + machine.arch());
        if (Files.isExecutable(executable) && Files.size(executable) > 0) {
            return executable;
        }
        Files.createDirectories(directory);
        // Whoever else starts at this moment sees no executable or a whole one: it appears under its name by a rename.
        Path unfinished = Files.createTempFile(directory, "redis-server-", ".unfinished");
        try {
            unpack(unfinished);
            move(unfinished, executable);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        return executable;
    }

    private static void unpack(Path target) throws IOException {
        File unpacked = RedisExecProvider.defaultProvider().get();
        try {
            Files.copy(unpacked.toPath(), target, StandardCopyOption.REPLACE_EXISTING);
            if (!target.toFile().setExecutable(true, true)) {
                throw new FileSystemException(target.toString(), null, "cannot be made executable");
            }
        } finally {
            File directory = unpacked.getParentFile();
            // no parent: the provider took a file of that name out of the working directory, which is not ours
            if (directory != null) {
                Files.deleteIfExists(unpacked.toPath());
                Files.deleteIfExists(directory.toPath());
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException problem) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static @Nullable Path userCache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        if (cache != null && !cache.isBlank()) {
            return Path.of(cache, "weir");
        }
        String home = System.getProperty("user.home");
        // "?" is what the JVM says for a user without an entry in the password file
        return home == null || home.isBlank() || home.equals("?") ? null : Path.of(home, ".cache", "weir");
    }
}

package io.weir.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once per user and version from the artifact on the class path. */
final class EmbeddedPostgresServerBinaries {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServerBinaries.class);
    private static final int OWNER_EXECUTE = 0100;

    private EmbeddedPostgresServerBinaries() {}

    /** The directory that holds {@code bin}, {@code lib} and {@code share}; unpacks them if this was not done before. */
    static Path installed() throws IOException {
        URL archive = archive();
        Path cache = cacheDirectory();
        Path installation = cache.resolve("postgres-" + fingerprint(archive));
        if (Files.isDirectory(installation)) {
            return installation;
        }
        // a file lock holds processes apart, the monitor the threads of this one
        synchronized (EmbeddedPostgresServerBinaries.class) {
            try (FileChannel channel = FileChannel.open(
                            cache.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!Files.isDirectory(installation)) {
                    LOG.info("unpacking PostgreSQL once into {}", installation);
                    Path unfinished = cache.resolve(installation.getFileName() + ".unfinished");
                    deleteTree(unfinished);
                    unpack(archive, unfinished);
                    Files.move(unfinished, installation, StandardCopyOption.ATOMIC_MOVE);
                }
                lock.release();
            }
        }
        return installation;
    }

    private static URL archive() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String systemName = system.contains("mac") ? "darwin" : system.contains("linux") ? "linux" : system;
        List<String> machineNames = switch (machine) {
            case "amd64", "x86_64" -> List.of("x86_64");
            case "aarch64", "arm64" -> List.of("arm_64", "arm64v8", "aarch64");
            default -> List.of(machine);
        };
        for (String machineName : machineNames) {
            URL found = EmbeddedPostgresServerBinaries.class
                    .getClassLoader()
                    .getResource("postgres-" + systemName + "-" + machineName + ".txz");
            if (found != null) {
                return found;
            }
        }
        throw new EmbeddedPostgresServerException("this build brings no PostgreSQL for " + system + " on " + machine
                + ": start your own and use `weir serve` with DATABASE_URL");
    }

    /** Changes with the archive, and costs no reading of it where it stands in a jar. */
    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        if (connection instanceof JarURLConnection inJar && inJar.getJarEntry() != null) {
            inJar.setUseCaches(false);
            long crc = inJar.getJarEntry().getCrc();
            long size = inJar.getJarEntry().getSize();
            inJar.getJarFile().close();
            return HexFormat.of().toHexDigits(crc, 8) + "-" + size;
        }
        return Long.toString(connection.getContentLengthLong());
    }

    private static Path cacheDirectory() throws IOException {
        List<Path> candidates = new ArrayList<>();
        String explicit = System.getenv("XDG_CACHE_HOME");
        if (explicit != null && !explicit.isBlank()) {
            candidates.add(Path.of(explicit, "weir"));
        }
        candidates.add(Path.of(System.getProperty("user.home", "/nonexistent"), ".cache", "weir"));
        candidates.add(
                Path.of(System.getProperty("java.io.tmpdir"), "weir-cache-" + System.getProperty("user.name", "user")));
        IOException last = null;
        for (Path candidate : candidates) {
            try {
                Files.createDirectories(candidate);
                if (Files.isWritable(candidate)) {
                    return candidate;
                }
            } catch (IOException problem) {
                last = problem;
            }
        }
        throw new EmbeddedPostgresServerException(
                "no directory to unpack PostgreSQL into: none of " + candidates + " can be written", orEmpty(last));
    }

    private static IOException orEmpty(@Nullable IOException problem) {
        return problem == null ? new IOException("not writable") : problem;
    }

    private static void unpack(URL archive, Path target) throws IOException {
        Files.createDirectories(target);
        try (InputStream raw = new BufferedInputStream(archive.openStream(), 1 << 16);
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(raw))) {
            TarArchiveEntry entry = tar.getNextEntry();
            while (entry != null) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("the archive names a path outside of it: " + entry.getName());
                }
                write(tar, entry, path);
                entry = tar.getNextEntry();
            }
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path directory = path.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, path);
        if ((entry.getMode() & OWNER_EXECUTE) != 0) {
            Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(path));
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            Files.setPosixFilePermissions(path, permissions);
        }
    }

    /** Removes a directory with all that it holds; does nothing when it does not exist. */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}

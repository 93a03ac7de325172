package io.weir.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** A tmpfs of a few hundred megabytes that can be filled up. Mounting it takes root. */
final class SmallDisk implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    /** Whose data are on it. */
    enum Of {
        NOBODY(""),
        REDIS("48m"),
        POSTGRES("320m");

        private final String size;

        Of(String size) {
            this.size = size;
        }
    }

    private final Path mountPoint;

    private SmallDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Whether this user may mount one. */
    static boolean isPossible() {
        return "root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/bin/mount"));
    }

    static SmallDisk mount(Path directory, Of owner) throws IOException {
        Files.createDirectories(directory);
        run("mount", "-t", "tmpfs", "-o", "size=" + owner.size, "weir-chaos", directory.toString());
        return new SmallDisk(directory);
    }

    /** Takes all but {@code left} bytes. */
    static void fill(Path directory, long left) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (var out = Files.newOutputStream(filler(directory), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (Files.getFileStore(directory).getUsableSpace() > left + CHUNK) {
                out.write(chunk);
            }
        }
    }

    static void free(Path directory) throws IOException {
        Files.deleteIfExists(filler(directory));
    }

    private static Path filler(Path directory) {
        return directory.resolve("filler");
    }

    @Override
    public void close() throws IOException {
        run("umount", "--lazy", mountPoint.toString());
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }
}

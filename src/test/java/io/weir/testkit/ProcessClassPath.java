package io.weir.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Where processes of Weir's own find their classes: in jars alone, as when it is installed. With directories among them a
 * JVM shares no archive of classes, and half of what a process that lives for seconds does is to load them.
 */
final class ProcessClassPath {
    private static final Path CLASSES = Path.of("target/classes");
    private static final Path DIRECTORY = Path.of("target/weir-process");
    private static final String JARS = jars();

    private ProcessClassPath() {}

    /** As the options of a JVM. The first process that ends by itself writes the archive. */
    static List<String> options() {
        return List.of(
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + DIRECTORY.resolve("classes.jsa"),
                "-Xlog:cds*=off",
                "-Xlog:aot*=off",
                "-cp",
                JARS);
    }

    private static String jars() {
        List<String> jars = new ArrayList<>();
        jars.add(ownJar().toString());
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : all.split(File.pathSeparator, -1)) {
            if (entry.endsWith(".jar")) {
                jars.add(entry);
            }
        }
        return String.join(File.pathSeparator, jars);
    }

    /** One of the classes as they are now, whichever of the tests' JVMs makes it. */
    private static Path ownJar() {
        try (Stream<Path> walk = Files.walk(CLASSES)) {
            List<Path> files =
                    walk.filter(file -> !file.equals(CLASSES)).sorted().toList();
            Path jar = DIRECTORY.resolve("weir-" + newest(files) + ".jar");
            Files.createDirectories(DIRECTORY);
            if (!Files.exists(jar)) {
                Path made = Files.createTempFile(DIRECTORY, "making", ".jar");
                write(files, made);
                try {
                    Files.createLink(jar, made);
                } catch (FileAlreadyExistsException another) {
                    // made by the other JVM, and perhaps in use by now
                }
                Files.delete(made);
            }
            return jar;
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static long newest(List<Path> files) throws IOException {
        long newest = 0;
        for (Path file : files) {
            newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
        }
        return newest;
    }

    private static void write(List<Path> files, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files) {
                String name = CLASSES.relativize(file).toString().replace(File.separatorChar, '/');
                // migrations are looked for in their directory
                boolean isDirectory = Files.isDirectory(file);
                out.putNextEntry(new JarEntry(isDirectory ? name + "/" : name));
                if (!isDirectory) {
                    Files.copy(file, out);
                }
                out.closeEntry();
            }
        }
    }
}

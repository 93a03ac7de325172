package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the repository to a few rules that no compiler knows. */
class RepositoryTest {
    private static final int MAX_LINES = 400;
    private static final Set<String> NOT_SOURCES = Set.of("target", "data", ".git", ".idea", ".m2");
    /** The one file that is none. */
    private static final Path PICTURE = Path.of("./docs/images/dashboard.png");
    // put together, so that this file may contain them
    private static final Pattern FORBIDDEN = Pattern.compile("(?<![\\w.*~}-])/wo" + "rk/|repo\\.mav" + "en|repo1\\.mav"
            + "en|registry\\.np" + "mjs|(?<![\\w.])/ro" + "ot/");

    @TempDir
    private Path directory;

    @Test
    void noSourceFileIsTooLong() throws IOException {
        assertThat(tooLong(Path.of("."))).isEmpty();
    }

    @Test
    void aFileThatIsTooLongIsFound() throws IOException {
        Files.writeString(directory.resolve("Long.java"), "\n".repeat(MAX_LINES + 1));
        Files.writeString(directory.resolve("Short.java"), "\n".repeat(MAX_LINES));
        assertThat(tooLong(directory)).singleElement().asString().endsWith("Long.java");
    }

    @Test
    void nothingNamesTheMachineThatItWasWrittenOn() throws IOException {
        assertThat(naming(Path.of("."))).isEmpty();
    }

    @Test
    void aMachinesPathIsFound() throws IOException {
        Files.writeString(directory.resolve("a.md"), "see /wo" + "rk/x");
        Files.writeString(directory.resolve("b.xml"), "<url>https://repo.mav" + "en.apache.org</url>");
        Files.writeString(directory.resolve("c.md"), "see src/wo" + "rk/x");
        assertThat(naming(directory)).hasSize(2);
    }

    @Test
    void everyFileIsText() throws IOException {
        assertThat(binaries(Path.of("."))).containsOnly(PICTURE);
    }

    @Test
    void aBinaryFileIsFound() throws IOException {
        Files.write(directory.resolve("a.bin"), new byte[] {1, 0, 2});
        assertThat(binaries(directory)).hasSize(1);
    }

    @Test
    void theLicenceIsThere() throws IOException {
        assertThat(Files.readString(Path.of("LICENSE"))).contains("Apache License", "Version 2.0");
    }

    private static List<Path> tooLong(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path file : sources(root)) {
            if (file.toString().endsWith(".java") && lines(file) > MAX_LINES) {
                found.add(file);
            }
        }
        return found;
    }

    private static long lines(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        }
    }

    private static List<String> naming(Path root) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources(root)) {
            FORBIDDEN
                    .matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .results()
                    .forEach(match -> found.add(file + ": " + match.group()));
        }
        return found;
    }

    private static List<Path> binaries(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path file : sources(root)) {
            if (Files.readString(file, StandardCharsets.ISO_8859_1).indexOf('\0') >= 0) {
                found.add(file);
            }
        }
        return found;
    }

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> top = Files.list(root)) {
            List<Path> files = new ArrayList<>();
            for (Path entry : top.toList()) {
                if (NOT_SOURCES.contains(entry.getFileName().toString())) {
                    continue;
                }
                try (Stream<Path> below = Files.walk(entry)) {
                    below.filter(Files::isRegularFile).forEach(files::add);
                }
            }
            return files;
        }
    }
}

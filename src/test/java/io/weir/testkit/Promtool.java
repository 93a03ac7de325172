package io.weir.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The system's promtool. */
public final class Promtool {
    private static final List<Path> PROGRAMS = Stream.of("/usr/bin/promtool", "/usr/local/bin/promtool")
            .map(Path::of)
            .toList();

    /**
     * What it found.
     *
     * @param text its output and its errors
     */
    public record Verdict(int status, String text) {}

    private Promtool() {}

    /**
     * Runs it to its end. Gives the test up where the system has none; the test needs the tag {@code promtool} then.
     *
     * @param input what it is given to read
     */
    public static Verdict run(Path input, String... arguments) throws IOException, InterruptedException {
        assumeTrue(
                PROGRAMS.stream().anyMatch(Files::isExecutable),
                "this system has no promtool; apt-get install prometheus");
        List<String> command = new ArrayList<>();
        command.add(PROGRAMS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow()
                .toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Verdict(process.waitFor(), text);
    }
}

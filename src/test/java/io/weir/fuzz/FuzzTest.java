package io.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The short form of the fuzzing, the same inputs each time; {@code src/chaos/fuzz} is the long one. */
class FuzzTest {
    private static final Path REGRESSIONS = Path.of("src/test/resources/fuzz");
    private static final long SEED = 20_261_121;
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final int ROUNDS = 1_500;

    static List<Named<FuzzTarget>> targets() {
        return FuzzTargets.all().stream()
                .map(target -> Named.of(target.name(), target))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void nothingButTheDocumentedComesOfMutatedInput(FuzzTarget target) {
        assertThat(FuzzRun.run(target, SEED, LONGEST, ROUNDS)).isPositive();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void seedsHoldAsTheyAre(FuzzTarget target) throws Exception {
        for (byte[] seed : target.seeds()) {
            target.check(seed);
        }
    }

    /** One input per line of {@code <target>.txt}, as a finding prints it. */
    @ParameterizedTest
    @MethodSource("regressions")
    void whatFailedOnceHolds(FuzzTarget target, String input) throws Exception {
        target.check(FuzzRun.InputText.unescaped(input));
    }

    static List<Arguments> regressions() throws IOException {
        List<Arguments> inputs = new ArrayList<>();
        for (FuzzTarget target : FuzzTargets.all()) {
            Path file = REGRESSIONS.resolve(target.name() + ".txt");
            if (Files.exists(file)) {
                try (Stream<String> lines = Files.lines(file, StandardCharsets.US_ASCII)) {
                    lines.forEach(line -> inputs.add(Arguments.of(Named.of(target.name(), target), line)));
                }
            }
        }
        return inputs;
    }

    @Test
    void everyFileOfRegressionsHasATarget() throws IOException {
        List<String> names = FuzzTargets.all().stream()
                .map(target -> target.name() + ".txt")
                .toList();
        try (Stream<Path> files = Files.list(REGRESSIONS)) {
            assertThat(files.map(file -> file.getFileName().toString())).isSubsetOf(names);
        }
    }

    @Test
    void aFindingNamesSeedAndInputAndCanBeRepeated() {
        FuzzTarget faulty = new Faulty(false);
        assertThatThrownBy(() -> FuzzRun.run(faulty, 7, LONGEST, 100_000))
                .isInstanceOf(FuzzRun.Finding.class)
                .hasMessageContaining("faulty, seed 7")
                .hasMessageContaining("input: ")
                .isInstanceOfSatisfying(FuzzRun.Finding.class, first -> assertThatThrownBy(
                                () -> FuzzRun.run(faulty, 7, LONGEST, 100_000))
                        .hasMessage(first.getMessage()));
    }

    @Test
    void aSlowInputIsFound() {
        assertThatThrownBy(() -> FuzzRun.run(new Faulty(true), 7, Duration.ofSeconds(20), 100_000))
                .isInstanceOf(FuzzRun.Finding.class)
                .hasMessageContaining(" ms");
    }

    @Test
    void inputsSurviveBeingPrinted() {
        byte[] bytes = new byte[1_000];
        new Random(1).nextBytes(bytes);
        assertThat(FuzzRun.InputText.unescaped(FuzzRun.InputText.escaped(bytes))).isEqualTo(bytes);
    }

    /** Fails, or takes its time, on what mutation certainly makes. */
    private record Faulty(boolean isSlow) implements FuzzTarget {
        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public List<byte[]> seeds() {
            return List.of("abc,abc".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void check(byte[] input) {
            String text = new String(input, StandardCharsets.ISO_8859_1);
            if (isSlow && text.contains("18446744073709551616")) {
                long until = System.nanoTime() + 60_000_000;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
            } else if (!isSlow && text.contains("\0")) {
                throw new IllegalStateException("a defect, on purpose");
            }
        }
    }
}

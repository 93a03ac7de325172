package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.Promtool;
import io.weir.testkit.RedisForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server's page of metrics, and what the documentation, the alert rules and the dashboard say of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsTest {
    private static final Path RULES = Path.of("deploy/prometheus/weir.rules.yml");
    private static final Path DOCUMENTATION = Path.of("docs/metrics.md");
    /** Those of libraries are told of by what their names begin with. */
    private static final Set<String> PREFIXES = Set.of("hikaricp_", "jvm_", "process_", "system_");

    private static final Pattern NAME = Pattern.compile("\\b(?:weir|hikaricp|jvm|process|system)_\\w+");
    private static final Pattern LINE =
            Pattern.compile("(?m)^\\| `(weir_\\w+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|$");

    /** A line of the documentation's tables. */
    private record Told(String type, Set<String> labels, boolean always) {}

    private EmbeddedRedisServer redis;
    private RunningWeir weir;
    private Path text;
    private MetricsPage page;

    @BeforeAll
    void readThePageOfAServerThatHasCounted(@TempDir Path directory) throws Exception {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        weir = RunningWeir.start(
                Path.of("."),
                redis.url(),
                PostgresForTests.freshDatabase().url(),
                Map.of("weir.ledger.interval", "100ms", "weir.alerts.interval", "100ms"));
        assertThat(weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, "{\"linkId\":\"metrics\"}")
                        .statusCode())
                .isEqualTo(200);
        await().until(() -> weir.get("/metrics").body().contains("weir_redis_up 1.0"));
        text = Files.writeString(
                directory.resolve("metrics"), weir.get("/metrics").body());
        page = MetricsPage.parse(Files.readString(text));
    }

    @AfterAll
    void stop() {
        weir.close();
        redis.close();
    }

    @Test
    void everyMetricIsDocumentedAsItIs() throws IOException {
        Map<String, Told> told = told();
        Map<String, String> wrong = new TreeMap<>();
        for (String name : page.families()) {
            Told of = told.get(name);
            if (PREFIXES.stream().anyMatch(name::startsWith)) {
                continue;
            }
            if (of == null) {
                wrong.put(name, "not documented");
            } else if (!of.type().equals(page.types().get(name))) {
                wrong.put(name, "is a " + page.types().get(name));
            } else if (!of.labels().equals(page.labelsOf(name))) {
                wrong.put(name, "has labels " + page.labelsOf(name));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyDocumentedMetricIsThere() throws IOException {
        String sources = sources();
        told().forEach((name, of) -> {
            if (of.always()) {
                assertThat(page.types()).containsKey(name);
            } else {
                assertThat(sources).contains("\"" + meter(name) + "\"");
            }
        });
        PREFIXES.forEach(prefix -> assertThat(page.types().keySet()).anyMatch(name -> name.startsWith(prefix)));
    }

    @Test
    void everyMetricHasAHelpText() throws IOException {
        assertThat(Files.readString(text)).doesNotContainPattern("(?m)^# HELP \\S+ *$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy/prometheus/weir.rules.yml", "deploy/grafana/weir.json"})
    void everyMetricThatIsAskedForIsThere(String file) throws IOException {
        Set<String> asked = new TreeSet<>(asked(Files.readString(Path.of(file))));
        assertThat(asked).hasSizeGreaterThan(15);
        // there only once something was collected
        asked.removeIf(name -> name.startsWith("jvm_gc_pause_seconds"));
        assertThat(asked).isSubsetOf(page.labels().keySet());
    }

    /** Of the names in a selector, and behind {@code by}; {@code instance} is Prometheus' own. */
    @ParameterizedTest
    @ValueSource(strings = {"deploy/prometheus/weir.rules.yml", "deploy/grafana/weir.json"})
    void everyLabelThatIsAskedForIsThere(String file) throws IOException {
        String text = Files.readString(Path.of(file)).replace("\\\"", "\"");
        Map<String, Set<String>> missing = new TreeMap<>();
        Pattern.compile("(?:by \\(([\\w, ]+)\\) \\((?:\\w+\\()?)?\\b((?:weir|hikaricp|jvm|process)_\\w+)(?:\\{(.*?)})?")
                .matcher(text)
                .results()
                .filter(asked -> page.labels().containsKey(asked.group(2)))
                .forEach(asked -> {
                    Set<String> labels = found(String.valueOf(asked.group(3)), "(\\w+)[=!]");
                    labels.addAll(found(String.valueOf(asked.group(1)), "(\\w+)"));
                    labels.removeAll(Set.of("instance", "le", "null"));
                    labels.removeAll(page.labels().getOrDefault(asked.group(2), Set.of()));
                    if (!labels.isEmpty()) {
                        missing.put(asked.group(2), labels);
                    }
                });
        assertThat(missing).isEmpty();
    }

    @Test
    void everyAlertHasARuleAndEveryRuleATest() throws IOException {
        Set<String> alerts =
                found(Files.readString(Path.of("docs/alerts.md")), "(?m)^\\| `([a-z-]+)` \\| (?:stream|server) ");
        String rules = Files.readString(RULES);
        assertThat(alerts).hasSizeGreaterThan(10).isEqualTo(found(rules, "(?m)^ *weir_alert: (\\S+)$"));
        assertThat(found(rules, "(?m)^ *- alert: (\\w+)$"))
                .isEqualTo(
                        found(Files.readString(RULES.resolveSibling("weir.rules.test.yml")), "(?m)^  - name: (\\w+)$"));
    }

    @Test
    void entriesAreTimedFromTheirArrivalToTheirCommit() {
        for (String name : Set.of("weir_pipeline_queue_seconds", "weir_pipeline_end_to_end_seconds")) {
            assertThat(count(name, "link-clicks")).isEqualTo(1);
        }
    }

    @Test
    @Tag("promtool")
    void promtoolAcceptsThePage() throws Exception {
        Promtool.Verdict verdict = Promtool.run(text, "check", "metrics");
        assertThat(verdict.text()).isEmpty();
        assertThat(text).content().contains("\nsystem_cpus ");
    }

    @Test
    @Tag("promtool")
    void promtoolAcceptsRulesAndSettings() throws Exception {
        for (String[] arguments : new String[][] {
            {"check", "rules", RULES.toString()},
            {"check", "config", RULES.resolveSibling("prometheus.yml").toString()},
            {"test", "rules", RULES.resolveSibling("weir.rules.test.yml").toString()}
        }) {
            Promtool.Verdict verdict = Promtool.run(text, arguments);
            assertThat(verdict.status()).as(verdict.text()).isZero();
        }
    }

    private double count(String name, String stream) {
        return found(read(text), "(?m)^" + name + "_count\\{stream=\"" + stream + "\"} (\\S+)$").stream()
                .mapToDouble(Double::parseDouble)
                .sum();
    }

    private static Set<String> asked(String file) {
        // a label that is named like the metrics
        return NAME.matcher(file.replaceAll("\\bweir_alert\\b", ""))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, Told> told() throws IOException {
        Map<String, Told> told = new TreeMap<>();
        LINE.matcher(Files.readString(DOCUMENTATION))
                .results()
                .forEach(line -> told.put(
                        line.group(1),
                        new Told(
                                line.group(2),
                                Stream.of(line.group(4).split(", "))
                                        .filter(label -> !label.isBlank())
                                        .collect(Collectors.toCollection(TreeSet::new)),
                                line.group(5).isBlank())));
        return told;
    }

    /** As the source names it. */
    private static String meter(String name) {
        return name.replaceAll("_(total|seconds)$", "").replace('_', '.');
    }

    private static String sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(MetricsTest::read)
                    .collect(Collectors.joining());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException problem) {
            throw new IllegalStateException(file + " can't be read", problem);
        }
    }

    private static Set<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

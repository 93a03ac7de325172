package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.testkit.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of the alert rules notice whatever is changed in a rule: each limit, comparison, selector and wait. */
@Tag("promtool")
class PrometheusRulesTest {
    private static final Path RULES = Path.of("deploy/prometheus/weir.rules.yml");
    private static final Path TESTS = RULES.resolveSibling("weir.rules.test.yml");

    private static final Pattern RULE = Pattern.compile("(?ms)^      - alert: (\\w+)$.*?(?=^      - alert: |\\z)");
    private static final Pattern TEST = Pattern.compile("(?ms)^  - name: .*?(?=^  - name: |\\z)");
    private static final Pattern EXPRESSION = Pattern.compile("(?ms)^        expr: \\|\\n.*?(?=^        \\w)");
    private static final Pattern LIMIT = Pattern.compile("(?:[<>]=?|==) (\\d+(?:\\.\\d+)?)");
    private static final Pattern COMPARISON = Pattern.compile(" [<>]=? ");
    private static final Pattern SELECTOR = Pattern.compile("(?<=[\\w])\\{[^}]*}");
    private static final Pattern WAIT = Pattern.compile("(?<=        for: )\\w+(?=\\n)");

    @TempDir
    private Path directory;

    static List<String> alerts() throws IOException {
        return RULE.matcher(Files.readString(RULES))
                .results()
                .map(rule -> rule.group(1))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void whateverIsChangedInARuleIsNoticed(String alert) throws Exception {
        String rule = RULE.matcher(Files.readString(RULES))
                .results()
                .filter(one -> one.group(1).equals(alert))
                .map(MatchResult::group)
                .findFirst()
                .orElseThrow();
        assertThat(passes(alert, rule)).isTrue();
        List<String> unnoticed = new ArrayList<>();
        List<String> changes = changes(rule);
        for (String changed : changes) {
            if (passes(alert, changed)) {
                unnoticed.add(changed);
            }
        }
        assertThat(unnoticed).isEmpty();
        assertThat(changes).hasSizeGreaterThan(1);
    }

    /** The rule with one thing changed, for each thing. */
    private static List<String> changes(String rule) {
        MatchResult found = EXPRESSION.matcher(rule).results().findFirst().orElseThrow();
        String expression = found.group();
        String before = rule.substring(0, found.start());
        String after = rule.substring(found.end());
        List<String> changes = new ArrayList<>();
        Stream.of(
                        each(expression, LIMIT, 1, limit -> limit + "1e3"),
                        each(expression, LIMIT, 1, limit -> "-1"),
                        each(expression, COMPARISON, 0, sign -> sign.contains(">") ? " < " : " > "),
                        each(expression, SELECTOR, 0, labels -> ""))
                .flatMap(List::stream)
                .forEach(changed -> changes.add(before + changed + after));
        Stream.of("0s", "1h")
                .flatMap(wait -> each(after, WAIT, 0, old -> wait).stream())
                .forEach(changed -> changes.add(before + expression + changed));
        return changes;
    }

    /** The text with one place changed where a pattern's group is, for each such place. */
    private static List<String> each(String text, Pattern pattern, int group, UnaryOperator<String> change) {
        return pattern.matcher(text)
                .results()
                .map(place -> text.substring(0, place.start(group))
                        + change.apply(place.group(group))
                        + text.substring(place.end(group)))
                .toList();
    }

    /** Whether a rule's own tests pass, with the rule as it is given. */
    private boolean passes(String alert, String rule) throws IOException, InterruptedException {
        Path rules = directory.resolve(RULES.getFileName());
        Files.writeString(rules, beginning(Files.readString(RULES), "      - alert: ") + rule);
        String tests = Files.readString(TESTS);
        String own = TEST.matcher(tests)
                .results()
                .map(MatchResult::group)
                .filter(test ->
                        test.contains("alertname: " + alert + "\n") || test.contains("alertname: " + alert + ","))
                .collect(Collectors.joining());
        Path ownTests = directory.resolve(TESTS.getFileName());
        Files.writeString(ownTests, beginning(tests, "  - name: ") + own);
        return Promtool.run(ownTests, "test", "rules", ownTests.toString()).status() == 0;
    }

    private static String beginning(String text, String until) {
        return text.substring(0, text.indexOf(until));
    }
}

package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weir.testkit.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard for Grafana, as far as it can be held to something without one: what Prometheus says of its questions, and what
 * Grafana needs of each panel to draw it. That the metrics are there, {@link MetricsTest} sees to.
 */
class GrafanaDashboardTest {
    private static final Path DASHBOARD = Path.of("deploy/grafana/weir.json");
    /** Of its grid. */
    private static final int COLUMNS = 24;

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");

    private static List<JsonNode> panels() throws IOException {
        List<JsonNode> panels = new ArrayList<>();
        dashboard().path("panels").forEach(panels::add);
        assertThat(panels).hasSizeGreaterThan(30);
        return panels;
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(DASHBOARD.toFile());
    }

    @Test
    @Tag("promtool")
    void prometheusUnderstandsEveryQuestion(@TempDir Path directory) throws Exception {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(target -> expressions.add(target.path("expr").asText()));
        }
        StringBuilder rules = new StringBuilder("groups:\n  - name: panels\n    rules:\n");
        for (int i = 0; i < expressions.size(); i++) {
            String asked = expressions.get(i).replace("$__rate_interval", "1m").replaceAll("\\$\\w+", ".*");
            rules.append("      - record: panel:").append(i).append('\n');
            rules.append("        expr: ")
                    .append(new ObjectMapper().writeValueAsString(asked))
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("panels.yml"), rules);

        Promtool.Verdict verdict = Promtool.run(file, "check", "rules", file.toString());

        assertThat(verdict.text()).contains("SUCCESS: " + expressions.size() + " rules found");
        assertThat(verdict.status()).isZero();
        assertThat(expressions).hasSizeGreaterThan(40).doesNotContain("");
    }

    @Test
    void everyPanelHasAPlaceOfItsOwnAndASource() throws IOException {
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : panels()) {
            String title = panel.path("title").asText();
            assertThat(title).isNotEmpty();
            assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt())
                    .as(title)
                    .isBetween(1, COLUMNS);
            assertThat(place.path("h").asInt()).as(title).isPositive();
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    String cell = (place.path("x").asInt() + x) + ","
                            + (place.path("y").asInt() + y);
                    assertThat(cells.add(cell)).as(title + " at " + cell).isTrue();
                }
            }
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("type").asText()).as(title).isIn("stat", "timeseries");
                assertThat(panel.path("datasource").path("uid").asText())
                        .as(title)
                        .isEqualTo("${datasource}");
                assertThat(panel.path("targets")).as(title).isNotEmpty();
                Set<String> references = new HashSet<>();
                panel.path("targets")
                        .forEach(target -> assertThat(
                                        references.add(target.path("refId").asText()))
                                .as(title)
                                .isTrue());
            }
        }
    }

    @Test
    void everyVariableIsDefinedAndNodesAreNotCountedTwice() throws IOException {
        Set<String> defined = new HashSet<>(Set.of("__rate_interval"));
        dashboard()
                .path("templating")
                .path("list")
                .forEach(one -> defined.add(one.path("name").asText()));
        Set<String> used = new HashSet<>();
        VARIABLE.matcher(Files.readString(DASHBOARD)).results().forEach(one -> used.add(one.group(1)));
        used.remove("__all");
        assertThat(used).isEqualTo(defined);
        // each node tells of the whole
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(target -> assertThat(target.path("expr").asText())
                            .doesNotContainPattern(
                                    "sum(?: by \\([a-z, ]*\\))? ?\\((?:weir_ledger|weir_dead_letters_open)"));
        }
    }
}

package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what {@code docs/new-counter.md} tells its reader to do, block by block, and compares what it shows. */
class WalkthroughTest {
    private static final Pattern BLOCK = Pattern.compile("```(\\w+)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CURL =
            Pattern.compile("(?:-d '(?<body>[^']*)'\\s*)?'?http://127\\.0\\.0\\.1:8085(?<path>[^'\\s]*)'?");

    private record Block(String kind, String text) {}

    @Test
    void theWalkThroughWorksAsItIsWritten(@TempDir Path home) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        List<Block> blocks = blocks(Files.readString(Path.of("docs/new-counter.md")));
        int next = 0;
        while (!blocks.get(next).kind().equals("hocon")) {
            database.execute(blocks.get(next++).text());
        }
        DefinitionHome.write(home, blocks.get(next++).text());

        int compared = 0;
        List<String> shown = List.of();
        try (RunningWeir weir = RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of())) {
            for (Block block : blocks.subList(next, blocks.size())) {
                switch (block.kind()) {
                    case "sh" -> shown = List.of(run(weir, block.text()).body());
                    case "sql" -> shown = database.query(block.text().replace(";", ""));
                    case "json", "text" -> {
                        assertThat(shown)
                                .as("what is shown after the block before")
                                .containsExactlyElementsOf(block.text()
                                        .strip()
                                        .lines()
                                        .map(line -> line.replace(" | ", "|"))
                                        .toList());
                        compared++;
                    }
                    default -> throw new IllegalStateException("a block of a kind that nothing runs: " + block.kind());
                }
            }
            assertThat(shown.getFirst()).contains("\"reads\":{\"committed\":2,\"pending\":0,\"total\":2}");
        }
        assertThat(compared).isEqualTo(4);
    }

    private static HttpResponse<String> run(RunningWeir weir, String command) throws Exception {
        Matcher curl = CURL.matcher(command.replace("\\\n", " "));
        assertThat(curl.find()).as("a curl command in %s", command).isTrue();
        String body = curl.group("body");
        return body == null ? weir.get(curl.group("path")) : weir.post(curl.group("path"), RunningWeir.JSON, body);
    }

    private static List<Block> blocks(String document) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(document);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }
}

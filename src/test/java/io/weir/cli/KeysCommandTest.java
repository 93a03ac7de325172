package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.weir.settings.AccessKeyHash;
import io.weir.settings.AccessSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class KeysCommandTest {
    private record Outcome(int exitCode, List<String> lines, String err) {
        String key() {
            return lines.getFirst();
        }

        /** What is to be pasted, as the server reads it. */
        AccessSettings.Key pasted() {
            String block = String.join("\n", lines.subList(lines.indexOf("weir.access.keys.web {"), lines.size()));
            return AccessSettings.keys(ConfigFactory.parseString(block).getConfig("weir"))
                    .getFirst();
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new KeysCommand());
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = command.execute(arguments);
        return new Outcome(exitCode, out.toString().lines().toList(), err.toString());
    }

    @Test
    void aKeyOfManyRandomBytesIsPrintedOnceWithTheHashThatTheServerKnowsItBy() {
        Outcome first = run("create", "web");
        Outcome second = run("create", "web");

        assertThat(first.exitCode()).isZero();
        assertThat(first.key()).startsWith("wk_").isNotEqualTo(second.key());
        assertThat(Base64.getUrlDecoder().decode(first.key().substring(3))).hasSize(32);
        assertThat(first.lines().subList(1, first.lines().size())).noneMatch(line -> line.contains(first.key()));
        assertThat(first.pasted())
                .isEqualTo(new AccessSettings.Key("web", AccessKeyHash.of(first.key()), null, Map.of(), List.of()));
    }

    @Test
    void whatTheKeyIsForStandsInTheBlock() {
        Outcome outcome = run(
                "create",
                "web",
                "--stream=link-clicks",
                "--stream=page-views",
                "--origin=https://example.com:8443",
                "--field=projectId=acme \"inc\"");

        assertThat(outcome.pasted())
                .isEqualTo(new AccessSettings.Key(
                        "web",
                        AccessKeyHash.of(outcome.key()),
                        List.of("link-clicks", "page-views"),
                        Map.of("projectId", "acme \"inc\""),
                        List.of("https://example.com:8443")));
    }

    @Test
    void whatTheServerWouldRefuseIsRefused() {
        Outcome name = run("create", "a b");
        assertThat(name.exitCode()).isEqualTo(2);
        assertThat(name.lines()).isEmpty();
        assertThat(name.err()).contains("weir.access.keys.a b");
        Outcome origin = run("create", "web", "--origin=https://example.com/");
        assertThat(origin.exitCode()).isEqualTo(2);
        assertThat(origin.err()).contains("weir.access.keys.web.origins");
    }
}

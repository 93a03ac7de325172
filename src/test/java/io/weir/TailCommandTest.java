package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.WeirCommandLine.Outcome;
import io.weir.embedded.FreePort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir tail} against a whole server. */
@Timeout(180)
class TailCommandTest extends OfTailServer {
    private Outcome tail(String... words) {
        return WeirCommandLine.run(
                Stream.concat(Stream.of("tail", "--url", weir.url(), "--token", TailServer.TOKEN), Stream.of(words))
                        .toArray(String[]::new));
    }

    @Test
    void theCommandPrintsALineForEachEventUntilItsLimit() throws Exception {
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        CompletableFuture<Integer> tail = start(out, err, "--limit", "2", "--entity", "a");
        await().until(() -> err.toString().contains("weir: following link-clicks"));
        for (String link : List.of("a", "b", "a", "a")) {
            click(link);
        }
        assertThat(tail.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(line ->
                        TailServer.TOLD.matcher("data: " + line).matches() && line.contains("\"linkId\":\"a\""));

        StringWriter table = new StringWriter();
        CompletableFuture<Integer> forPeople = start(table, err, "--limit", "1", "--table");
        await().until(() -> err.toString().lines().count() == 2);
        click("c");
        assertThat(forPeople.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(table.toString()).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} 0 c \\{.*\"linkId\":\"c\".*}\\R");
    }

    private CompletableFuture<Integer> start(Writer out, StringWriter err, String... words) {
        String[] arguments = Stream.concat(
                        Stream.of("tail", "link-clicks", "--url", weir.url(), "--token", TailServer.TOKEN),
                        Stream.of(words))
                .toArray(String[]::new);
        return CompletableFuture.supplyAsync(
                () -> WeirCommandLine.run(new PrintWriter(out), new PrintWriter(err), arguments));
    }

    @Test
    void theCommandEndsWhenNobodyReadsOn() throws Exception {
        Writer broken = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws java.io.IOException {
                throw new java.io.IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> tail = start(broken, err);
        await().until(() -> err.toString().contains("following"));
        click("a");
        assertThat(tail.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(err.toString()).hasLineCount(1);
    }

    @Test
    void aStopOfTheServerEndsTheCommandWhichSaysSo(@TempDir Path directory) throws Exception {
        var _ = startOwn(directory);
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> tail = start(new StringWriter(), err);
        await().until(() -> err.toString().contains("following"));
        weir.close();
        assertThat(tail.get(60, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(err.toString())
                // whichever is first, the end of what is told or that of the connection
                .containsAnyOf("weir: Weir has ended what it was telling", "weir: the connection to Weir broke")
                .hasLineCount(2);
    }

    @Test
    void whatIsWrongIsOneLineThatNamesTheOption() throws Exception {
        refused(tail("no-such"), "weir: 404: there is no stream no-such (STREAM)");
        refused(tail("collect", "--entity", "a"), "(--entity)");
        refused(WeirCommandLine.run("tail", "x", "--url", weir.url(), "--token", "other"), "give it with --token");
        refused(
                WeirCommandLine.run("tail", "x", "--url", "http://127.0.0.1:" + FreePort.on("127.0.0.1")),
                "--url says where it is");
        assertThat(tail("link-clicks", "--limit", "0").err()).startsWith("--limit must be at least 1, is 0");
    }

    private static void refused(Outcome outcome, String said) {
        assertThat(outcome.err()).contains(said).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}

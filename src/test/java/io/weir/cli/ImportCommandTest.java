package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class ImportCommandTest {
    private static final String TARGET = "/api/v1/streams/page-views/events?on-invalid=dead-letter&first-index=";

    @TempDir
    private Path directory;

    private StubWeir server;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = new StubWeir();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everyLineIsSentOnceInChunksThatSayWhereTheyBegin() throws IOException {
        assertThat(importFile(file(lines(25)), "--chunk-lines", "10")).isZero();

        assertThat(server.taken)
                .extracting(StubWeir.Request::target)
                .containsExactlyInAnyOrder(TARGET + 0, TARGET + 10, TARGET + 20);
        assertThat(sentInOrder()).isEqualTo(lines(25));
        assertThat(server.taken).extracting(StubWeir.Request::contentType).containsOnly("text/plain");
        assertThat(out.toString()).contains("25 lines: 25 accepted, 0 dead-lettered;");
    }

    @Test
    void theKeyIsTheHashOfTheContentAndTheSameEachTime() throws IOException {
        Path file = file("one\n");
        importFile(file);
        importFile(file);

        assertThat(server.taken)
                .extracting(StubWeir.Request::key)
                .containsExactly(
                        "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806",
                        "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806");
    }

    @Test
    void aGzipFileIsTheSameAsItsContent() throws IOException {
        Path zipped = directory.resolve("log.gz");
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            gzip.write("one\n".getBytes(StandardCharsets.UTF_8));
        }
        importFile(zipped);
        importFile(file("one\n"));

        assertThat(server.taken).hasSize(2);
        assertThat(server.taken.get(0)).isEqualTo(server.taken.get(1));
    }

    @Test
    void standardInputIsKeptForItsKeyAndDeletedAfterwards() {
        ImportCommand command =
                new ImportCommand(new ByteArrayInputStream("one\ntwo".getBytes(StandardCharsets.UTF_8)), false);
        assertThat(run(command, "-", "--stream", "page-views", "--url", server.url()))
                .isZero();

        assertThat(sentInOrder()).isEqualTo("one\ntwo");
        assertThat(out.toString()).contains("standard input: 2 lines");
        String spooled = err.toString().split(" ", -1)[4];
        assertThat(spooled).contains("weir-import-");
        assertThat(Path.of(spooled)).doesNotExist();
    }

    @Test
    void malformedLinesAreReportedWithTheirNumberInTheFile() throws IOException {
        List<String> lines = new ArrayList<>(lines(30).lines().toList());
        lines.set(0, "bad");
        lines.set(16, "bad");
        assertThat(importFile(file(String.join("\n", lines)), "--chunk-lines", "10"))
                .isZero();

        assertThat(err.toString().lines()).containsExactlyInAnyOrder("line 1: is bad", "line 17: is bad");
        assertThat(out.toString()).contains("30 lines: 28 accepted, 2 dead-lettered;");
    }

    @Test
    void aServerThatIsFullOrAwayForAWhileIsTriedAgain() throws IOException {
        server.refusals.set(3);
        server.brokenConnections.set(2);

        assertThat(importFile(file(lines(25)), "--chunk-lines", "10")).isZero();
        assertThat(sentInOrder()).isEqualTo(lines(25));
        assertThat(err.toString()).contains("503: said the stub; trying again");
    }

    @Test
    void aServerThatStaysAwayStopsTheImportWithWhatToDo() throws IOException {
        server.close();

        assertThat(importFile(file("one\n"), "--retry-seconds", "1")).isEqualTo(1);
        assertThat(err.toString()).contains("is Weir running?").contains("run the same command again");
    }

    @Test
    void anotherRefusalStopsTheImportWithWhatToDo() throws IOException {
        server.refusalStatus = 422;
        server.refusals.set(Integer.MAX_VALUE);

        assertThat(importFile(file(lines(1_000)), "--chunk-lines", "10")).isEqualTo(1);
        assertThat(err.toString())
                .containsPattern("stopped: lines \\d+ to \\d+ were refused with 422: said the stub; an import needs");
    }

    @Test
    void aLineThatIsTooLargeIsReportedAndLeftOutAndTheOthersAreSent() throws IOException {
        String tooLarge = "x".repeat(6_000);
        String tooLargeForAnyRequest = "y".repeat(ImportRun.MAX_CHUNK_BYTES + 1);
        assertThat(importFile(file("one\n" + tooLarge + "\nthree\n" + tooLargeForAnyRequest + "\nfive\n")))
                .isZero();

        assertThat(sentInOrder()).isEqualTo("one\nthree\nfive\n");
        assertThat(server.taken)
                .extracting(StubWeir.Request::target)
                .containsExactlyInAnyOrder(TARGET + 0, TARGET + 2, TARGET + 4);
        assertThat(err.toString())
                .contains("line 2: left out: an event has more than 5000 bytes")
                .contains("line 4: left out: has more than 900000 bytes");
        assertThat(out.toString()).contains("5 lines: 3 accepted, 0 dead-lettered, 2 left out as too long;");
    }

    @Test
    void chunksStayBelowTheBodyLimit() throws IOException {
        String lines = ("z".repeat(4_000) + "\n").repeat(1_000);
        assertThat(importFile(file(lines))).isZero();

        assertThat(server.taken).hasSizeGreaterThan(4);
        assertThat(server.taken)
                .allSatisfy(request -> assertThat(request.body().length()).isLessThan(1 << 20));
        assertThat(sentInOrder()).isEqualTo(lines);
    }

    @Test
    void anEmptyFileSendsNothing() throws IOException {
        assertThat(importFile(file(""))).isZero();
        assertThat(server.taken).isEmpty();
    }

    @Test
    void aMissingFileAndWrongOptionsAreNamed() {
        assertThat(importFile(directory.resolve("nowhere.log"))).isEqualTo(1);
        assertThat(err.toString()).contains("there is no file").contains("nowhere.log");
        assertThat(importFile(directory, "--connections", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--connections must be at least 1");
        assertThat(run(new ImportCommand(), "x", "--stream", "s", "--url", "weir:8085"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--url must be like http://");
        assertThat(run(new ImportCommand(), "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--stream");
    }

    @Test
    void helpShowsAnExampleAndSaysThatRunningAgainIsSafe() {
        assertThat(run(new ImportCommand(), "--help")).isZero();
        assertThat(out.toString())
                .contains("weir import access.log.gz --stream page-views")
                .contains("simply run");
    }

    @Test
    void progressIsABarOnATerminalAndPlainElsewhere() {
        assertThat(ImportProgress.render(450_000, 1_000_000, 9, true))
                .isEqualTo(
                        "[############----------------]  45 %  450,000 of 1,000,000 lines  50,000 lines/s  ETA 0:11");
        assertThat(ImportProgress.render(1_000, 1_000, 2, false)).isEqualTo("100 %  1,000 of 1,000 lines  500 lines/s");
        assertThat(ImportProgress.render(0, 0, 0, false)).isEqualTo("100 %  0 of 0 lines  0 lines/s");
    }

    private int importFile(Path file, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of(file.toString(), "--stream", "page-views", "--url", server.url()));
        arguments.addAll(List.of(options));
        return run(new ImportCommand(), arguments.toArray(new String[0]));
    }

    private int run(ImportCommand command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("access.log"), content);
    }

    private String sentInOrder() {
        StringBuilder all = new StringBuilder();
        server.taken.stream()
                .sorted((one, other) -> Long.compare(firstIndex(one), firstIndex(other)))
                .forEach(request -> all.append(request.body()));
        return all.toString();
    }

    private static long firstIndex(StubWeir.Request request) {
        return Long.parseLong(request.target().substring(TARGET.length()));
    }

    private static String lines(int count) {
        StringBuilder lines = new StringBuilder();
        IntStream.range(0, count).forEach(i -> lines.append("line ").append(i).append('\n'));
        return lines.toString();
    }
}

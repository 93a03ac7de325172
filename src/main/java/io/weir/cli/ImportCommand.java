package io.weir.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir import}: sends an access log, line by line keyed, to a running Weir. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends an access log in combined format to a running Weir.",
            "",
            "Each line is keyed by the file's content and the line's number, so importing a file again changes"
                    + " nothing: an import that was interrupted (Ctrl-C is fine) is simply run again. A stream whose"
                    + " rows keep the keys knows them for good, any other for its dedup window (48 hours, unless its"
                    + " definition says otherwise). Malformed lines are printed with their number and kept as dead"
                    + " letters.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  weir import access.log.gz --stream page-views",
            "  ssh web cat access.log | weir import - --stream page-views --url http://weir:8085",
            "",
            "Exit codes: 0 everything was sent; 1 stopped, the message says what to do; 2 wrong usage."
        })
public final class ImportCommand implements Callable<Integer> {
    private static final long NOTE_INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();

    @Parameters(
            paramLabel = "FILE",
            description = "The log, plain or gzip; - for standard input, which is first kept in a temporary file,"
                    + " because the key is the hash of the whole.")
    private String file = "";

    @Option(
            names = "--stream",
            required = true,
            paramLabel = "NAME",
            description = "The stream, for example page-views.")
    private String stream = "";

    @Option(names = "--url", paramLabel = "URL", description = "Where Weir is; default ${DEFAULT-VALUE}.")
    private URI url = URI.create("http://127.0.0.1:8085");

    @Option(
            names = "--write-key",
            paramLabel = "KEY",
            description = "The key that a server with write keys wants; default the environment's WEIR_WRITE_KEY, which"
                    + " other users of this machine can't read off the process list.")
    private @Nullable String writeKey;

    @Option(
            names = "--chunk-lines",
            paramLabel = "N",
            description =
                    "Lines in a request, from 1 to the server's max-events-per-request; default" + " ${DEFAULT-VALUE}.")
    private int chunkLines = 1_000;

    @Option(names = "--connections", paramLabel = "N", description = "Requests at once; default ${DEFAULT-VALUE}.")
    private int connections = 4;

    @Option(
            names = "--retry-seconds",
            paramLabel = "N",
            description = "How long a request is tried while the server is away or full; default ${DEFAULT-VALUE}.")
    private int retrySeconds = 600;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private final InputStream input;
    private final boolean terminal;
    private final AtomicLong lastNoteNanos = new AtomicLong(System.nanoTime() - NOTE_INTERVAL_NANOS);

    public ImportCommand() {
        this(
                System.in,
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false));
    }

    ImportCommand(InputStream input, boolean terminal) {
        this.input = input;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        checkUsage();
        PrintWriter messages = spec.commandLine().getErr();
        Path spooled = null;
        try {
            if (file.equals("-")) {
                spooled = Files.createTempFile("weir-import-", ".log");
                messages.println("keeping standard input in " + spooled + " until it is sent");
                messages.flush();
                Files.copy(input, spooled, StandardCopyOption.REPLACE_EXISTING);
            }
            return send(spooled == null ? Path.of(file) : spooled);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (NoSuchFileException missing) {
            messages.println("there is no file " + missing.getFile());
        } catch (Exception problem) {
            messages.println("stopped: "
                    + (problem instanceof ImportClient.Stopped ? problem.getMessage() : problem.toString()));
        } finally {
            delete(spooled, messages);
            messages.flush();
        }
        return 1;
    }

    private int send(Path path) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        ImportSource source = ImportSource.of(path);
        out.printf(
                Locale.ROOT,
                "%s: %,d lines, %,d bytes, key %s%n",
                file.equals("-") ? "standard input" : file,
                source.lines(),
                source.bytes(),
                source.key());
        out.flush();
        ImportProgress progress = new ImportProgress(out, spec.commandLine().getErr(), terminal, source.lines());
        ImportRun run;
        try (progress;
                ImportClient client = new ImportClient(
                        url,
                        stream,
                        source.key(),
                        shownKey(),
                        Duration.ofSeconds(retrySeconds),
                        trouble -> note(progress, trouble))) {
            progress.start();
            run = new ImportRun(client, progress);
            run.send(source, chunkLines, connections);
        }
        double seconds = progress.seconds();
        out.printf(
                Locale.ROOT,
                "%,d lines: %,d accepted, %,d dead-lettered%s; %.1f s, %,.0f lines/s%n",
                source.lines(),
                run.accepted(),
                run.deadLettered(),
                run.leftOut() == 0 ? "" : String.format(Locale.ROOT, ", %,d left out as too long", run.leftOut()),
                seconds,
                source.lines() / Math.max(seconds, 0.001));
        out.flush();
        return 0;
    }

    private @Nullable String shownKey() {
        String known = writeKey == null ? System.getenv("WEIR_WRITE_KEY") : writeKey;
        return known == null || known.isBlank() ? null : known.strip();
    }

    /** Several connections meet the same trouble at once; one line of it is enough. */
    private void note(ImportProgress progress, String trouble) {
        long now = System.nanoTime();
        long last = lastNoteNanos.get();
        if (now - last >= NOTE_INTERVAL_NANOS && lastNoteNanos.compareAndSet(last, now)) {
            progress.message(url + ": " + trouble + "; trying again");
        }
    }

    private void checkUsage() {
        String scheme = url.getScheme();
        if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new ParameterException(spec.commandLine(), "--url must be like http://127.0.0.1:8085, is " + url);
        }
        checkAtLeastOne("--chunk-lines", chunkLines);
        checkAtLeastOne("--connections", connections);
        checkAtLeastOne("--retry-seconds", retrySeconds);
    }

    private void checkAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, is " + value);
        }
    }

    private static void delete(@Nullable Path spooled, PrintWriter messages) {
        try {
            if (spooled != null) {
                Files.deleteIfExists(spooled);
            }
        } catch (IOException problem) {
            messages.println("could not delete " + spooled + ": " + problem);
        }
    }
}

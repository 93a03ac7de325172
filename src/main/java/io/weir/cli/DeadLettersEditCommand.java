package io.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir dead-letters edit}. */
@Command(
        name = "edit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Gives a dead letter other content to replay; the original is kept beside it.")
final class DeadLettersEditCommand extends AdminCommand {
    static final class Content {
        @Option(names = "--content", required = true, paramLabel = "JSON", description = "The event.")
        private @Nullable String text;

        @Option(names = "--file", required = true, paramLabel = "FILE", description = "The file that holds the event.")
        private @Nullable Path file;
    }

    @Parameters(paramLabel = "ID", description = "The letter.")
    private long id;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Content content;

    @Option(names = "--json", description = "Prints the server's answer.")
    private boolean json;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        String answer = client.send("PUT", DeadLettersCommand.PATH + "/" + id, content());
        out.println(json ? answer : "dead letter " + id + " is edited; replay it with: weir dead-letters replay " + id);
    }

    private byte[] content() throws AdminClient.Failed {
        if (content.text != null) {
            return content.text.getBytes(StandardCharsets.UTF_8);
        }
        Path file = content.file;
        try {
            return file == null ? new byte[0] : Files.readAllBytes(file);
        } catch (IOException problem) {
            throw new AdminClient.Failed("can't read " + file + ": " + problem);
        }
    }
}

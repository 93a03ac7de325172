package io.weir.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir dead-letters list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lists dead letters, the newest first.")
final class DeadLettersListCommand extends AdminCommand {
    private static final int LONGEST_DETAIL = 100;

    @Mixin
    private final DeadLetterFilterOptions filter = new DeadLetterFilterOptions();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "open, replaying, replayed, discarded or all; default ${DEFAULT-VALUE}.")
    private String state = "open";

    @Option(names = "--before", paramLabel = "ID", description = "Those before this one: the next page.")
    private @Nullable Long before;

    @Option(names = "--json", description = "Prints the server's answer.")
    private boolean json;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        Map<String, @Nullable Object> parameters = filter.parameters();
        parameters.put("state", state.equals("all") ? null : state);
        parameters.put("before", before);
        String answer = client.get(DeadLettersCommand.PATH + AdminClient.query(parameters));
        if (json) {
            out.println(answer);
        } else {
            print(AdminAnswer.parse(answer), out);
        }
    }

    private static void print(AdminAnswer page, PrintWriter out) {
        List<AdminAnswer> letters = page.objects("deadLetters");
        if (letters.isEmpty()) {
            out.println("no dead letters");
            return;
        }
        TextTable table = new TextTable("ID", "STREAM", "STATE", "REASON", "ATTEMPTS", "CREATED", "DETAIL");
        for (AdminAnswer letter : letters) {
            String detail = letter.textOrEmpty("detail");
            table.add(
                    letter.textOrEmpty("id"),
                    letter.textOrEmpty("stream"),
                    letter.textOrEmpty("state"),
                    letter.textOrEmpty("reason"),
                    letter.textOrEmpty("attempts"),
                    letter.textOrEmpty("createdAt"),
                    detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL) + "…");
        }
        table.print(out);
        String next = page.textOrEmpty("next");
        if (!next.isEmpty()) {
            out.println("there are more: --before " + next);
        }
    }
}

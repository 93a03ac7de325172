package io.weir.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir dead-letters list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lists dead letters, the newest first.")
final class DeadLettersListCommand implements Callable<Integer> {
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

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return admin.run(spec, (client, out) -> {
            Map<String, @Nullable Object> parameters = filter.parameters();
            parameters.put("state", state.equals("all") ? null : state);
            parameters.put("before", before);
            String answer = client.get(DeadLettersCommand.PATH + AdminClient.query(parameters));
            if (json) {
                out.println(answer);
            } else {
                print(JsonValue.object(answer), out);
            }
        });
    }

    private static void print(Map<String, @Nullable Object> page, PrintWriter out) {
        List<Map<String, @Nullable Object>> letters = JsonValue.objects(page, "deadLetters");
        if (letters.isEmpty()) {
            out.println("no dead letters");
            return;
        }
        TextTable table = new TextTable("ID", "STREAM", "STATE", "REASON", "ATTEMPTS", "CREATED", "DETAIL");
        for (Map<String, @Nullable Object> letter : letters) {
            String detail = JsonValue.text(letter, "detail");
            table.add(
                    JsonValue.text(letter, "id"),
                    JsonValue.text(letter, "stream"),
                    JsonValue.text(letter, "state"),
                    JsonValue.text(letter, "reason"),
                    JsonValue.text(letter, "attempts"),
                    JsonValue.text(letter, "createdAt"),
                    detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL) + "…");
        }
        table.print(out);
        String next = JsonValue.text(page, "next");
        if (!next.isEmpty()) {
            out.println("there are more: --before " + next);
        }
    }
}

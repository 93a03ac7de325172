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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir dead-letters replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends dead letters through the log again; each is applied once, however often it is replayed.",
            "Names letters, or filters the open ones of a stream."
        })
final class DeadLettersReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", arity = "0..*", description = "The letters.")
    private List<Long> ids = List.of();

    @Mixin
    private final DeadLetterFilterOptions filter = new DeadLetterFilterOptions();

    @Option(names = "--json", description = "Prints the server's answers, one a line.")
    private boolean json;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (ids.isEmpty() ? !filter.hasStream() : !filter.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "give either the letters' IDs, or --stream and filters");
        }
        return admin.run(spec, (client, out) -> {
            for (Long id : ids) {
                String answer = client.send("POST", DeadLettersCommand.PATH + "/" + id + "/replay", null);
                out.println(
                        json
                                ? answer
                                : "dead letter " + id + " is " + JsonValue.text(JsonValue.object(answer), "state"));
            }
            if (ids.isEmpty()) {
                String answer = client.send(
                        "POST", DeadLettersCommand.PATH + "/replay" + AdminClient.query(filter.parameters()), null);
                if (json) {
                    out.println(answer);
                } else {
                    print(JsonValue.object(answer), out);
                }
            }
        });
    }

    private static void print(Map<String, @Nullable Object> answer, PrintWriter out) {
        out.println("replayed: " + JsonValue.text(answer, "replayed"));
        for (Map<String, @Nullable Object> refused : JsonValue.objects(answer, "refused")) {
            String field = JsonValue.text(refused, "field");
            out.println("not replayed: " + JsonValue.text(refused, "id") + ": " + (field.isEmpty() ? "" : field + ": ")
                    + JsonValue.text(refused, "detail"));
        }
        if (Boolean.TRUE.equals(answer.get("more"))) {
            out.println("there are more: run the same again");
        }
    }
}

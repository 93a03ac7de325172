package io.weir.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir verify}: asks a running Weir whether every accepted event is accounted for. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Checks that every accepted event is accounted for.",
            "",
            "Prints what became of the accepted events of each stream, compares Redis' own count of entries with what"
                    + " is committed, and compares counters with the raw rows of the same events, entity by entity."
                    + " Weir goes on taking and writing events meanwhile.",
            ""
        },
        footer = {"", "Exit codes: 0 all is accounted for; 1 something is not, or nobody could say; 2 wrong usage."})
public final class VerifyCommand implements Callable<Integer> {
    private static final JsonFactory JSON = new JsonFactory();

    @Option(names = "--stream", paramLabel = "NAME", description = "This stream only.")
    private @Nullable String stream;

    @Option(
            names = "--acknowledge",
            description = "First take what is missing in Redis as known, and compare from here on.")
    private boolean acknowledge;

    @Mixin
    private AdminOptions server = new AdminOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return server.run(spec, this::verify);
    }

    private void verify(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        String query = AdminClient.query(Collections.singletonMap("stream", stream));
        Map<String, String> answer;
        try {
            if (acknowledge) {
                client.send("POST", "/api/admin/ledger/baseline" + query, null);
            }
            answer = fields(client.get("/api/admin/verify" + query));
        } catch (AdminClient.Failed failure) {
            if (String.valueOf(failure.getMessage()).startsWith("404: there is no stream")) {
                throw new ParameterException(spec.commandLine(), "there is no stream " + stream);
            }
            throw failure;
        }
        out.print(answer.getOrDefault("report", ""));
        if (!"true".equals(answer.get("good"))) {
            throw new AdminClient.Failed(
                    answer.getOrDefault("problem", "not everything is accounted for; what is not stands above"));
        }
        out.println("everything is accounted for");
    }

    private static Map<String, String> fields(String body) throws AdminClient.Failed {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken().isScalarValue()) {
                    fields.put(name, parser.getText());
                }
                parser.skipChildren();
            }
        } catch (IOException notJson) {
            throw new AdminClient.Failed("the answer is not Weir's; check --url");
        }
        return fields;
    }
}

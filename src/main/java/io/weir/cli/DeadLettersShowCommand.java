package io.weir.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir dead-letters show}. */
@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a dead letter with its event.")
final class DeadLettersShowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "The letter.")
    private long id;

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
            String answer = client.get(DeadLettersCommand.PATH + "/" + id);
            if (json) {
                out.println(answer);
                return;
            }
            TextTable table = new TextTable("FIELD", "VALUE");
            Map<String, @Nullable Object> letter = JsonValue.object(answer);
            letter.forEach((name, value) -> {
                if (value != null) {
                    table.add(name, value.toString());
                }
            });
            table.print(out);
        });
    }
}

package io.weir.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir dead-letters show}. */
@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a dead letter with its event.")
final class DeadLettersShowCommand extends AdminCommand {
    @Parameters(paramLabel = "ID", description = "The letter.")
    private long id;

    @Option(names = "--json", description = "Prints the server's answer.")
    private boolean json;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        String answer = client.get(DeadLettersCommand.PATH + "/" + id);
        if (json) {
            out.println(answer);
            return;
        }
        TextTable table = new TextTable("FIELD", "VALUE");
        AdminAnswer letter = AdminAnswer.parse(answer);
        letter.names().forEach(name -> table.add(name, letter.textOrEmpty(name)));
        table.print(out);
    }
}

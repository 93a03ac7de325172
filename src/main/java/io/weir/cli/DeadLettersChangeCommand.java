package io.weir.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does one thing to dead letters that are named, or to the open ones of a stream that a filter finds. */
abstract class DeadLettersChangeCommand extends AdminCommand {
    private final String action;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "The letters.")
    private List<Long> ids = List.of();

    @Mixin
    private final DeadLetterFilterOptions filter = new DeadLetterFilterOptions();

    @Option(names = "--json", description = "Prints the server's answers, one a line.")
    private boolean json;

    /**
     * A command.
     *
     * @param action the last segment of the routes that do it
     */
    DeadLettersChangeCommand(String action) {
        this.action = action;
    }

    @Override
    void check() {
        if (ids.isEmpty() ? !filter.hasStream() : !filter.isEmpty()) {
            throw usage("give either the letters' IDs, or --stream and filters");
        }
    }

    @Override
    final void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        for (Long id : ids) {
            String answer = client.send("POST", DeadLettersCommand.PATH + "/" + id + "/" + action, null);
            out.println(
                    json
                            ? answer
                            : "dead letter " + id + " is "
                                    + AdminAnswer.parse(answer).textOrEmpty("state"));
        }
        if (ids.isEmpty()) {
            String answer = client.send(
                    "POST", DeadLettersCommand.PATH + "/" + action + AdminClient.query(filter.parameters()), null);
            if (json) {
                out.println(answer);
            } else {
                AdminAnswer done = AdminAnswer.parse(answer);
                print(done, out);
                if (done.isTrue("more")) {
                    out.println("there are more: run the same again");
                }
            }
        }
    }

    /** Prints what became of those that the filter found. */
    abstract void print(AdminAnswer answer, PrintWriter out);
}

package io.weir.cli;

import java.io.Console;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How a command shows what it knows: tables with colours for a person, JSON for a program; to be mixed in. */
final class DisplayOptions {
    static final class Form {
        @Option(names = "--json", description = "Print JSON; the default where the output is no terminal.")
        private boolean json;

        @Option(names = "--table", description = "Print tables; the default on a terminal.")
        private boolean table;
    }

    private static final String BOLD = "1";
    private static final String RED = "31";
    private static final String GREEN = "32";

    @ArgGroup(exclusive = true)
    private @Nullable Form form;

    boolean isJson() {
        return (form != null && (form.json || form.table)) ? form.json : !isTerminal();
    }

    /** Whether a person looks on, and only then is anything drawn over. */
    boolean isLive() {
        return isTerminal() && !isJson();
    }

    String heading(String text) {
        return styled(BOLD, text);
    }

    String good(String text) {
        return styled(GREEN, text);
    }

    String bad(String text) {
        return styled(RED, text);
    }

    /** Whether both ends of it are one. */
    @SuppressWarnings("SystemConsoleNull") // a runtime without the module jdk.internal.le has none
    static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Whether colours are wanted, as https://no-color.org has it. */
    static boolean isColored(boolean terminal, Map<String, String> environment) {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
    }

    private static String styled(String code, String text) {
        return isColored(isTerminal(), System.getenv()) ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}

package io.weir.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir completion}: prints what lets a shell complete Weir's commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script that completes Weir's commands and options.",
        footer = {
            "",
            "For this shell:   source <(./weir completion bash)",
            "For all of bash:  ./weir completion bash >~/.local/share/bash-completion/completions/weir",
            "For all of zsh:   ./weir completion zsh >~/.weir-completion, and \"source ~/.weir-completion\" in ~/.zshrc"
        })
public final class CompletionCommand implements Runnable {
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("UnusedVariable") // which of them does not matter
    private Shell shell = Shell.bash;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        // one script for both: in zsh it begins by teaching zsh bash's way, and leaves alone what was set up before
        out.print(AutoComplete.bash("weir", spec.root().commandLine()));
        out.flush();
    }
}

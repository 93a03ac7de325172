package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.testkit.NoServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class CompletionCommandTest {
    private static final Path ZSH = Path.of("/usr/bin/zsh");

    @TempDir
    private Path directory;

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        CommandLine command = WeirCommand.create(new NoServers()).setOut(new PrintWriter(out));
        assertThat(command.execute("completion", shell)).isZero();
        return out.toString();
    }

    /** What bash would offer behind these words. */
    private String offered(String... words) throws Exception {
        Path file = Files.writeString(directory.resolve("weir"), script("bash"));
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "--norc",
                "-c",
                ". \"$0\"; COMP_WORDS=(weir \"$@\"); COMP_CWORD=$#; _complete_weir; echo \"${COMPREPLY[*]}\"",
                file.toString()));
        command.addAll(List.of(words));
        Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(printed).isZero();
        return printed.strip();
    }

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        assertThat(offered("sta").split("\\s+")).containsExactly("status");
        assertThat(offered("top", "--c").split("\\s+")).contains("--count");
        assertThat(offered("tail", "--e").split("\\s+")).contains("--entity");
        assertThat(offered("dead-letters", "dis").split("\\s+")).contains("discard");
    }

    /** On a terminal of zsh's own: what stands there once Tab was pressed behind each of these, and what was set up before. */
    @Test
    @Tag("zsh")
    void zshCompletesThemTooAndKeepsWhatItHad() throws Exception {
        assumeTrue(Files.isExecutable(ZSH), "this system has no zsh; apt-get install zsh");
        Path file = Files.writeString(directory.resolve("weir"), script("zsh"));
        Path typing = Files.writeString(directory.resolve("typing.zsh"), """
            zmodload zsh/zpty
            zpty shell 'TERM=dumb zsh -f -i'
            zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; compdef _files of-another"
            zpty -w shell "source ${(q)1}"
            zpty -w shell "offered() { print -r -- \\"<offe\\"\\"red:\\$BUFFER>\\"; BUFFER= }; zle -N offered"
            zpty -w shell "bindkey '^X' offered; print -r -- \\"<rea\\"\\"dy:\\$_comps[of-another]>\\""
            zpty -r shell seen '*<ready:*>*' || exit 1
            print -r -- ${${seen##*<ready:}%%>*}
            shift
            for words in "$@"; do
              zpty -w -n shell "$words"$'\\t\\x18'
              zpty -r shell seen '*<offered:*>*' || exit 1
              print -r -- ${${seen##*<offered:}%%>*}
            done
            zpty -d shell
            """);
        Process zsh = new ProcessBuilder(
                        ZSH.toString(),
                        "-f",
                        typing.toString(),
                        file.toString(),
                        "weir sta",
                        "./weir top --onc",
                        "weir dead-letters dis",
                        "weir completion z")
                .redirectErrorStream(true)
                .start();
        String printed = new String(zsh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(zsh.waitFor()).as(printed).isZero();
        assertThat(printed.lines().map(String::strip))
                .containsExactly(
                        "_files",
                        "weir status",
                        "./weir top --once",
                        "weir dead-letters discard",
                        "weir completion zsh");
    }

    @Test
    void anotherShellIsRefused() {
        StringWriter err = new StringWriter();
        CommandLine command = WeirCommand.create(new NoServers()).setErr(new PrintWriter(err));
        assertThat(command.execute("completion", "fish")).isEqualTo(2);
        assertThat(err.toString()).contains("SHELL", "bash, zsh");
    }
}

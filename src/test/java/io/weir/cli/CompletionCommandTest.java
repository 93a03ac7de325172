package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionCommandTest {
    private static final ServerLauncher NONE = new ServerLauncher() {
        @Override
        public int up() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int serve() {
            throw new UnsupportedOperationException();
        }
    };

    @TempDir
    private Path directory;

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        CommandLine command = WeirCommand.create(NONE).setOut(new PrintWriter(out));
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

    @Test
    void zshIsToldToUnderstandBashsWayFirst() {
        assertThat(script("zsh"))
                .startsWith("autoload -U +X compinit && compinit")
                .endsWith(script("bash"));
    }

    @Test
    void anotherShellIsRefused() {
        StringWriter err = new StringWriter();
        CommandLine command = WeirCommand.create(NONE).setErr(new PrintWriter(err));
        assertThat(command.execute("completion", "fish")).isEqualTo(2);
        assertThat(err.toString()).contains("SHELL", "bash, zsh");
    }
}

package io.weir.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A terminal that is drawn over again and again, and is afterwards as it was: the drawing has a page of its own. Without
 * {@code stty} keys are seen only after Enter.
 */
final class Screen implements AutoCloseable {
    private static final File TERMINAL = new File("/dev/tty");
    private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
    private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final int USUAL_HEIGHT = 24;
    private static final int USUAL_WIDTH = 80;

    private final PrintWriter out;
    private final Thread restoring = new Thread(this::restore, "weir-screen");
    private boolean isOpen = true;

    private Screen(PrintWriter out) {
        this.out = out;
    }

    /**
     * Takes the terminal.
     *
     * @param onQuit is called once, by another thread, when somebody presses q
     */
    static Screen open(PrintWriter out, Runnable onQuit) {
        Screen screen = new Screen(out);
        // Ctrl-C ends the process at once
        Runtime.getRuntime().addShutdownHook(screen.restoring);
        stty("-icanon", "-echo");
        out.print(ENTER);
        out.flush();
        Thread.ofPlatform().daemon().name("weir-keys").start(() -> awaitQuit(System.in, onQuit));
        return screen;
    }

    /** Shows these lines and nothing else, as far as there is room. */
    void draw(List<String> lines) {
        StringBuilder page = new StringBuilder(HOME);
        lines.stream()
                .limit(height() - 1L)
                .forEach(line -> page.append(line).append(CLEAR_LINE).append("\r\n"));
        out.print(page.append(CLEAR_BELOW));
        out.flush();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(restoring);
        } catch (IllegalStateException ending) {
            return;
        }
        restore();
    }

    private synchronized void restore() {
        if (isOpen) {
            isOpen = false;
            out.print(LEAVE);
            out.flush();
            stty("icanon", "echo");
        }
    }

    private static void awaitQuit(InputStream keys, Runnable onQuit) {
        try {
            for (int key = keys.read(); key >= 0; key = keys.read()) {
                if (key == 'q' || key == 'Q') {
                    onQuit.run();
                    return;
                }
            }
        } catch (IOException broken) {
            // Ctrl-C still ends it
        }
    }

    private static int height() {
        return Math.max(2, size(0, USUAL_HEIGHT));
    }

    /** How many characters a line of the terminal has. */
    static int width() {
        return size(1, USUAL_WIDTH);
    }

    private static int size(int part, int usual) {
        try {
            int size = Integer.parseInt(stty("size").split(" ", 2)[part]);
            // one that nobody has told its size says 0
            return size == 0 ? usual : size;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException unknown) {
            return usual;
        }
    }

    /** What it printed; empty where it failed. */
    private static String stty(String... words) {
        try {
            String[] command = new String[words.length + 1];
            command[0] = "stty";
            System.arraycopy(words, 0, command, 1, words.length);
            Process process = new ProcessBuilder(command)
                    .redirectInput(TERMINAL)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            process.waitFor(1, TimeUnit.SECONDS);
            return printed;
        } catch (IOException none) {
            return "";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}

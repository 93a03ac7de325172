package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the pages to each other: what one links to is there, the heading too. */
class DocumentationTest {
    private static final Pattern CODE = Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    @TempDir
    private Path directory;

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>(brokenIn(Path.of("README.md")));
        for (Path root : List.of(Path.of("docs"), Path.of("src"))) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path page :
                        files.filter(file -> file.toString().endsWith(".md")).toList()) {
                    broken.addAll(brokenIn(page));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void aLinkThatLeadsNowhereIsFound() throws IOException {
        Files.writeString(directory.resolve("a.md"), "# One `two`-three: four\n```sh\n# five\n[x](y)\n```\n");
        Path page = Files.writeString(
                directory.resolve("b.md"),
                "[a](a.md#one-two-three-four) [b](a.md#five) [c](c.md) [d](#e) [f](https://f.example/#g)");
        assertThat(brokenIn(page)).map(link -> link.replaceAll(".*: ", "")).containsExactly("a.md#five", "c.md", "#e");
    }

    private static List<String> brokenIn(Path page) throws IOException {
        return LINK.matcher(textOf(page))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("https:") && !link.startsWith("http:"))
                .filter(link -> !leadsSomewhere(page, link))
                .map(link -> page + ": " + link)
                .toList();
    }

    private static boolean leadsSomewhere(Path page, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        try {
            return Files.exists(target)
                    && (hash < 0
                            || !target.toString().endsWith(".md")
                            || headingsOf(target).anyMatch(link.substring(hash + 1)::equals));
        } catch (IOException problem) {
            throw new IllegalStateException(target + " can't be read", problem);
        }
    }

    /** Headings as what shows Markdown on the web makes anchors of them. */
    private static Stream<String> headingsOf(Path page) throws IOException {
        return HEADING.matcher(textOf(page))
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .strip()
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'));
    }

    private static String textOf(Path page) throws IOException {
        return CODE.matcher(Files.readString(page)).replaceAll("");
    }
}

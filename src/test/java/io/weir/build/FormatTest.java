package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the sources to palantir-java-format. {@code mvn test -Dtest=FormatTest -Dformat.write=true} formats them.
 *
 * <p>A test and not a Maven plugin, because the formatter needs the parser of the JDK that the sources are for, and
 * Maven itself may run on an older one.
 */
class FormatTest {
    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(false)
            .build());

    @Test
    void everySourceFileIsFormatted() throws IOException, FormatterException {
        List<Path> unformatted = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                String formatted = FORMATTER.formatSourceAndFixImports(source);
                if (!formatted.equals(source)) {
                    unformatted.add(file);
                    if (Boolean.getBoolean("format.write")) {
                        Files.writeString(file, formatted);
                    }
                }
            }
        }
        if (!Boolean.getBoolean("format.write")) {
            assertThat(unformatted)
                    .as("format with: mvn test -Dtest=FormatTest -Dformat.write=true")
                    .isEmpty();
        }
    }
}

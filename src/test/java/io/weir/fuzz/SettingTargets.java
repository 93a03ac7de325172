package io.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.DefinitionFiles;
import io.weir.definition.DefinitionParser;
import io.weir.definition.StreamDefinition;
import io.weir.event.DecodeLimits;
import io.weir.event.EntryId;
import io.weir.event.EventEnricher;
import io.weir.event.EventReader;
import io.weir.event.RequestDecoder;
import io.weir.store.DatabaseUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/** What operators write, and entry IDs, which Redis writes. */
final class SettingTargets {
    private SettingTargets() {}

    private static List<byte[]> bytes(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** The ID of an entry. */
    static final class OfEntryId implements FuzzTarget {
        @Override
        public String name() {
            return "entry-id";
        }

        @Override
        public List<byte[]> seeds() {
            return bytes("0-0", "1700000000000-5", "1700000000000", "18446744073709551615-18446744073709551615");
        }

        @Override
        public void check(byte[] input) {
            String text = new String(input, StandardCharsets.UTF_8);
            EntryId id;
            try {
                id = EntryId.parse(text);
            } catch (IllegalArgumentException documented) {
                return;
            }
            assertThat(text).matches("[0-9]+(-[0-9]+)?");
            assertThat(EntryId.parse(id.toString())).isEqualTo(id);
            assertThat(id).isGreaterThanOrEqualTo(EntryId.ZERO);
        }
    }

    /** Where the database is. */
    static final class OfDatabaseUrl implements FuzzTarget {
        private static final String SECRET = "s3cr3t";
        private static final Pattern AS_PASSWORD = Pattern.compile("^[^?]*//[^/?]*:" + SECRET + "@");

        @Override
        public String name() {
            return "database-url";
        }

        @Override
        public List<byte[]> seeds() {
            return bytes(
                    "postgres://user:s3cr3t@db.example.com:5432/app?sslmode=require",
                    "postgresql://u:123/s3cr3t@h/db",
                    "postgres://h1:1,h2:2/db?target_session_attrs=any&user=u&password=s3cr3t",
                    "jdbc:postgresql://h:1/db?user=u&password=s3cr3t",
                    "jdbc:postgresql:db?password=s3cr3t");
        }

        @Override
        public List<String> tokens() {
            return List.of(
                    "postgres://",
                    "jdbc:postgresql:",
                    "//",
                    "[::1]",
                    ":5432",
                    "user=",
                    "password=s3cr3t",
                    "host=",
                    "port=",
                    "dbname=",
                    "connect_timeout=",
                    ":s3cr3t@",
                    "localhost");
        }

        @Override
        public void check(byte[] input) {
            String text = new String(input, StandardCharsets.UTF_8);
            DatabaseUrl url;
            try {
                url = DatabaseUrl.parse(text);
            } catch (IllegalArgumentException documented) {
                assertThat(documented).isNotInstanceOf(NumberFormatException.class);
                assertThat(documented.getMessage()).contains("DATABASE_URL").doesNotContain(SECRET);
                return;
            }
            assertThat(url.hosts()).isPositive();
            if (isOnlyThePassword(text, url.password())) {
                assertThat(url.toString().replaceFirst(" as .*", "")).doesNotContain(SECRET);
            }
            assertThat(Driver.parseURL(url.jdbcUrl(), null)).as(url.jdbcUrl()).isNotNull();
        }

        /** Whether the secret is, or looks like, the password, and is nothing else, such as the database's name. */
        private static boolean isOnlyThePassword(String text, @Nullable String password) {
            return text.indexOf(SECRET) == text.lastIndexOf(SECRET)
                    && ((password != null && password.contains(SECRET))
                            || AS_PASSWORD.matcher(text).find());
        }
    }

    /** A file of stream definitions. */
    static final class OfDefinition implements FuzzTarget {
        @Override
        public String name() {
            return "definition";
        }

        /** A file of the operator's, by a library's parser. */
        @Override
        public Duration slowAfter() {
            return Duration.ofMillis(500);
        }

        @Override
        public List<byte[]> seeds() {
            List<byte[]> seeds = new ArrayList<>(bytes(Definitions.TEXT, Definitions.LINES));
            try (Stream<Path> files = Files.list(Path.of("conf/streams"))) {
                for (Path file : files.sorted().toList()) {
                    seeds.add(Files.readAllBytes(file));
                }
            } catch (IOException problem) {
                throw new UncheckedIOException(problem);
            }
            return seeds;
        }

        @Override
        public List<String> tokens() {
            return List.of(
                    "${?HOME}",
                    "${a}",
                    "weir.streams.a",
                    "type = text",
                    "default = now",
                    "min = ",
                    "max-length = ",
                    "entity = ",
                    "key = id",
                    "counters = ",
                    "\"sum(count)\"",
                    "count",
                    "when { a = \"*\" }",
                    "on-missing = skip",
                    "$key",
                    "include \"x\"",
                    "10s",
                    "-1",
                    "partitions = ",
                    "retention = ",
                    "#",
                    "\"\"\"",
                    "+=",
                    "= null",
                    "a.b.c = 1");
        }

        @Override
        public void check(byte[] input) {
            String text = new String(input, StandardCharsets.UTF_8);
            DefinitionParser.Parsed parsed = DefinitionFiles.parseAll(
                    List.of(new DefinitionFiles.Text("fuzz.conf", text)), Definitions.DEFAULTS);
            parsed.faults().forEach(fault -> assertThat(fault.toString()).contains("fuzz.conf"));
            for (StreamDefinition definition : parsed.definitions()) {
                assertThat(definition.name()).matches("[a-z0-9-]+");
                assertThat(definition.partitions()).isBetween(1, 256);
                new EventReader(definition);
                new RequestDecoder(definition, new DecodeLimits(10, 1000, 8), EventEnricher.NONE);
            }
        }
    }
}

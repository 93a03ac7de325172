package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    @Test
    void tablesOfTheUserStayAsTheyAre() throws Exception {
        PostgresTestDatabase database = PostgresForTests.emptyDatabase();
        database.execute("CREATE TABLE orders (id int); INSERT INTO orders VALUES (7);"
                + " CREATE TABLE links (id text PRIMARY KEY, clicks bigint, title text);"
                + " INSERT INTO links VALUES ('a', 40, 'mine')");
        try (Database weir = Database.open(database.settings(), new SimpleMeterRegistry())) {
            assertThat(weir.migrate()).isEqualTo(steps().size());
            assertThat(weir.migrate()).isZero();
        }
        assertThat(database.query("SELECT id FROM orders")).containsExactly("7");
        assertThat(database.query("SELECT * FROM links")).containsExactly("a|40|mine");
        assertThat(database.number("SELECT count(*) FROM stream_cursor")).isZero();
        assertThat(database.query("SELECT version FROM weir_schema_history ORDER BY installed_rank"))
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("0"), steps().stream()).toList());
    }

    private static List<String> steps() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            return files.map(file -> file.getFileName().toString().replaceAll("V(\\d+)__.*", "$1"))
                    .sorted(Comparator.comparing(Integer::valueOf))
                    .toList();
        }
    }
}

package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    @Test
    void tablesOfTheUserStayAsTheyAre() throws SQLException {
        PostgresTestDatabase database = PostgresForTests.emptyDatabase();
        database.execute("CREATE TABLE orders (id int); INSERT INTO orders VALUES (7);"
                + " CREATE TABLE links (id text PRIMARY KEY, clicks bigint, title text);"
                + " INSERT INTO links VALUES ('a', 40, 'mine')");
        try (Database weir = Database.open(database.settings(), new SimpleMeterRegistry())) {
            assertThat(weir.migrate()).isEqualTo(3);
            assertThat(weir.migrate()).isZero();
        }
        assertThat(database.query("SELECT id FROM orders")).containsExactly("7");
        assertThat(database.query("SELECT * FROM links")).containsExactly("a|40|mine");
        assertThat(database.number("SELECT count(*) FROM stream_cursor")).isZero();
        assertThat(database.query("SELECT version FROM weir_schema_history ORDER BY installed_rank"))
                .containsExactly("0", "1", "2", "6");
    }
}

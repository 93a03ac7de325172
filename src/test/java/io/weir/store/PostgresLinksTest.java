package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.link.Link;
import io.weir.link.LinkStore;
import io.weir.link.LinksUnavailableException;
import io.weir.link.Target;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresLinksTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final Database weir = Database.open(database.settings(), new SimpleMeterRegistry());

    @AfterEach
    void close() {
        weir.close();
    }

    @Test
    void everyChangeHasALaterVersionWhateverTheClockDoes() throws SQLException {
        LinkStore links = weir.links("short_links");
        Link created = Objects.requireNonNull(links.create(
                new LinkStore.NewLink("a", "https://example.com/1", "p", Instant.parse("2100-01-01T00:00:00Z"))));
        assertThat(links.create(new LinkStore.NewLink("a", "https://example.com/", null, null)))
                .isNull();
        assertThat(links.find("a")).isEqualTo(created);

        // as if the clock had been set back since
        database.execute("UPDATE short_links SET updated_at = '2090-01-01T00:00:00.000001Z'");
        Target before = links.targets(List.of("a", "none")).get("a");
        Link changed = Objects.requireNonNull(
                links.change("a", new LinkStore.LinkChange("https://example.com/2", false, null, false, null)));
        assertThat(changed.target().version())
                .isEqualTo(Objects.requireNonNull(before).version() + 1);
        assertThat(changed.project()).isEqualTo("p");
        assertThat(changed.expiresAt()).isEqualTo(created.expiresAt());
        assertThat(links.targets(List.of("a", "none"))).isEqualTo(Map.of("a", changed.target()));
        assertThat(links.delete("a")).isEqualTo(changed.target().version() + 1);
        assertThat(links.delete("a")).isNull();
        assertThat(links.find("a")).isNull();
    }

    @Test
    void aQuestionThatTakesTooLongIsGivenUpAndLeavesNothingBehind() throws SQLException {
        LinkStore links = weir.links("short_links");
        links.create(new LinkStore.NewLink("a", "https://example.com/1", null, null));
        assertThat(links.targets(List.of("a"))).hasSize(1);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE short_links IN ACCESS EXCLUSIVE MODE");
            assertThatThrownBy(() -> links.targets(List.of("a")))
                    .isInstanceOf(LinksUnavailableException.class)
                    .hasMessageContaining("timeout");
            other.rollback();
        }
        assertThat(database.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"))
                .isZero();
        assertThat(links.targets(List.of("a", "none"))).hasSize(1);
        // its limits were those of its transaction
        assertThat(links.change("a", new LinkStore.LinkChange("https://example.com/2", false, null, false, null)))
                .isNotNull();
    }

    @Test
    void aTableOfTheUsersOwnServesAsWellWhenItHasWhatIsNeeded() throws SQLException {
        database.execute("CREATE SCHEMA shop");
        database.execute("CREATE TABLE shop.urls (code varchar(64) PRIMARY KEY, url varchar NOT NULL, project varchar,"
                + " created_at timestamptz, updated_at timestamptz, expires_at timestamptz, clicks bigint,"
                + " last_clicked timestamptz, owner text)");
        LinkStore links = weir.links("shop.urls");
        Link created =
                Objects.requireNonNull(links.create(new LinkStore.NewLink("a", "https://example.com/1", null, null)));
        assertThat(links.list(null, "", 10)).containsExactly(created);
        assertThat(links.list("p", "", 10)).isEmpty();

        database.execute("CREATE TABLE twice (LIKE shop.urls)");
        assertThatThrownBy(() -> weir.links("twice")).hasMessageContaining("ON CONFLICT");
        assertThatThrownBy(() -> weir.links("nowhere")).hasMessageContaining("nowhere");
        database.execute("ALTER TABLE shop.urls DROP COLUMN expires_at");
        assertThatThrownBy(() -> weir.links("shop.urls")).hasMessageContaining("expires_at");
    }
}

package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.OnMissing;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.testkit.PgBouncer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** The fences hold behind pgbouncer, where a transaction is all that a client has of a server process. */
@Tag("pgbouncer")
class PgBouncerStoreTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private PgBouncer bouncer;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        bouncer = PgBouncer.before(database, directory, 3);
    }

    @AfterEach
    void stop() {
        if (bouncer != null) {
            bouncer.close();
        }
    }

    private StoreFixture behindPooler() {
        return new StoreFixture(
                StoreFixture.pagesOnly(OnMissing.INSERT), database, PostgresForTests.settings(bouncer.url()));
    }

    private static Connection connect(String url) throws SQLException {
        return new ServerConnections(DatabaseUrl.parse(url), new Properties(), 1, new AtomicBoolean()).getConnection();
    }

    private static int prepareThreshold(String url) throws SQLException {
        try (Connection connection = connect(url)) {
            return connection.unwrap(PGConnection.class).getPrepareThreshold();
        }
    }

    @Test
    void statementsArePreparedOnlyWhereNoPoolerStandsBetweenAndWhereTheUrlSaysSo() throws SQLException {
        assertThat(prepareThreshold(database.url())).isEqualTo(1);
        assertThat(prepareThreshold(bouncer.url())).isZero();
        assertThat(prepareThreshold(bouncer.url() + "?prepareThreshold=7")).isEqualTo(7);
        assertThat(prepareThreshold(database.url() + "?prepareThreshold=0")).isZero();
    }

    @Test
    void aWindowOfAPredecessorIsFenced() throws SQLException {
        try (StoreFixture fixture = behindPooler();
                StoreFixture other = behindPooler()) {
            PartitionStore first = fixture.store();
            PartitionStore second = other.store();
            long epoch = first.start("one").epoch();
            Event event = fixture.view(null, "/a", 5L);
            assertThat(first.commit(fixture.window(epoch, EntryId.ZERO, List.of(event))))
                    .isInstanceOf(CommitOutcome.Committed.class);
            long next = second.start("two").epoch();
            assertThat(next).isEqualTo(epoch + 1);
            Event late = fixture.view(null, "/a", 5L);
            assertThat(first.commit(fixture.window(epoch, event.entryId(), List.of(late))))
                    .isInstanceOf(CommitOutcome.Fenced.class);
            assertThat(second.commit(fixture.window(next, event.entryId(), List.of(late))))
                    .isInstanceOf(CommitOutcome.Committed.class);
            assertThat(fixture.pages()).containsExactly("/a|2|10");
        }
    }

    @Test
    void aPredecessorThatHangsInItsTransactionIsEnded() throws SQLException {
        try (StoreFixture fixture = behindPooler();
                Connection stuck = connect(bouncer.url())) {
            PartitionStore store = fixture.store();
            long epoch = store.start("one").epoch();
            stuck.setAutoCommit(false);
            new CursorStatements("pages", 0, database.settings())
                    .advance(stuck, fixture.window(epoch, EntryId.ZERO, List.of(fixture.view(null, "/a", 1L))));
            assertThat(store.start("two").epoch()).isEqualTo(epoch + 1);
            assertThat(fixture.meters.get("weir.store.terminated").counter().count())
                    .isEqualTo(1);
            assertThat(fixture.pages()).isEmpty();
        }
    }

    @Test
    void twoNodesThatStartAtOnceMigrateOnce() {
        PostgresTestDatabase empty = PostgresForTests.emptyDatabase();
        String url = bouncer.url().replaceFirst("/[^/]*$", empty.url().replaceFirst(".*(/[^/]*)$", "$1"));
        List<CompletableFuture<Integer>> nodes = Stream.of("one", "two")
                .map(node -> CompletableFuture.supplyAsync(() -> {
                    try (Database weir = Database.open(PostgresForTests.settings(url), new SimpleMeterRegistry())) {
                        return weir.migrate();
                    }
                }))
                .toList();
        List<Integer> steps =
                nodes.stream().map(CompletableFuture::join).sorted().toList();
        assertThat(steps.getFirst()).isZero();
        assertThat(steps.getLast()).isPositive();
    }
}

package io.weir.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.weir.settings.LinkSettings;
import io.weir.testkit.RedisForTests;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long those wait who ask for a link that takes long to be found. */
class LinkWaitsTest {
    private final StubLinkStore store = new StubLinkStore();
    private final String prefix = RedisForTests.freshPrefix();
    private final LinkSettings.Cache settings = LinkNode.settings(prefix);
    private final LinkNode node = new LinkNode(store, RedisForTests.url(), prefix);

    @AfterEach
    void close() {
        node.close();
    }

    /** What is answered once so much time has passed, and not a second earlier. */
    private LinkResolver.Resolution answerAfter(Duration wait, CompletableFuture<LinkResolver.Resolution> answer)
            throws Exception {
        node.pass(wait.minusSeconds(1));
        node.registry.resolver().endWaits();
        assertThat(answer).isNotDone();
        node.pass(Duration.ofSeconds(1));
        node.registry.resolver().endWaits();
        return answer.get(60, TimeUnit.SECONDS);
    }

    @Test
    void whoHasNothingToFallBackOnWaitsForTheLookupTimeout() throws Exception {
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> one = node.ask("x");
        store.awaitReader();
        assertThat(answerAfter(settings.lookupTimeout(), one))
                .isEqualTo(new LinkResolver.Unavailable("neither Redis nor the database answered in time"));
        assertThat(node.lookups("unavailable")).isEqualTo(1);
        assertThat(node.registry.resolver().underWay()).isZero();
    }

    @Test
    void aLinkThatIsDueIsAnsweredAtOnceAndAskedForBehind() throws Exception {
        store.set("a", "https://example.com/1");
        assertThat(node.url("a")).isEqualTo("https://example.com/1");
        forgetInRedis("a");
        store.set("a", "https://example.com/2");
        store.holdReaders();
        node.pass(settings.refreshAfter().minusSeconds(1));
        assertThat(node.url("a")).isEqualTo("https://example.com/1");
        assertThat(node.registry.resolver().underWay()).as("not yet due").isZero();

        node.pass(Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            assertThat(node.ask("a")).isDone();
            assertThat(node.url("a")).isEqualTo("https://example.com/1");
            store.awaitReader();
        }
        assertThat(store.questions).as("the first, and one for all").hasValue(2);
        assertThat(node.lookups("memory")).isEqualTo(7);
        store.releaseReaders();
        await().until(() -> "https://example.com/2".equals(node.url("a")));
        // what was found is in memory a moment before its lookup ends; fresh again, it is not asked for
        await().until(() -> node.registry.resolver().underWay() == 0);
        assertThat(store.questions).hasValue(2);
    }

    private void forgetInRedis(String code) {
        try (RedisClient client = RedisClient.create(RedisForTests.url());
                var connection = client.connect()) {
            await().until(() -> connection.sync().del(prefix + code) == 1);
        }
    }

    @Test
    void whoHasALinkPastItsTimeWaitsForStaleWait() throws Exception {
        store.set("a", "https://example.com/1");
        assertThat(node.url("a")).isEqualTo("https://example.com/1");
        forgetInRedis("a");
        store.set("a", "https://example.com/2");
        node.pass(Duration.ofMinutes(2));
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> one = node.ask("a");
        store.awaitReader();
        assertThat(answerAfter(settings.staleWait(), one))
                .isInstanceOfSatisfying(
                        LinkResolver.Found.class,
                        found -> assertThat(found.target().url()).isEqualTo("https://example.com/1"));
        assertThat(node.lookups("stale")).isEqualTo(1);
        // who comes while it goes on does not wait at all
        assertThat(node.ask("a")).isDone();
        store.releaseReaders();
        await().until(() -> "https://example.com/2".equals(node.url("a")));
    }

    @Test
    void whoWaitsForALinkThatChangesMeanwhileWaitsNoLongerThanOthers() throws Exception {
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> one = node.ask("x");
        store.awaitReader();
        node.registry.changed("x");
        node.pass(settings.lookupTimeout());
        node.registry.resolver().endWaits();
        assertThat(one.get(60, TimeUnit.SECONDS)).isInstanceOf(LinkResolver.Unavailable.class);
    }
}

package io.weir.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.RedisForTests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The caches of one and of several nodes in front of one table, over a real Redis. */
class LinkRegistryTest {
    private final StubLinkStore store = new StubLinkStore();
    private final String prefix = RedisForTests.freshPrefix();
    private final List<LinkNode> nodes = new ArrayList<>();

    private LinkNode node() {
        return node(RedisForTests.url());
    }

    private LinkNode node(String redisUrl) {
        LinkNode node = new LinkNode(store, redisUrl, prefix);
        nodes.add(node);
        return node;
    }

    private @Nullable String inRedis(String code) {
        try (RedisClient client = RedisClient.create(RedisForTests.url());
                var connection = client.connect()) {
            return connection.sync().get(prefix + code);
        }
    }

    @AfterEach
    void close() {
        nodes.forEach(LinkNode::close);
    }

    @Test
    void aLinkIsReadOnceAndThenFromMemoryAndByOthersFromRedis() throws Exception {
        store.set("a", "https://example.com/");
        LinkNode one = node();
        LinkNode other = node();
        assertThat(one.url("a")).isEqualTo("https://example.com/");
        assertThat(one.url("a")).isEqualTo("https://example.com/");
        await().until(() -> inRedis("a") != null);
        assertThat(other.url("a")).isEqualTo("https://example.com/");
        assertThat(store.questions).hasValue(1);
        assertThat(one.lookups("memory")).isEqualTo(1);
        assertThat(other.lookups("redis")).isEqualTo(1);

        // past its time memory asks again
        one.pass(Duration.ofMinutes(2));
        assertThat(one.url("a")).isEqualTo("https://example.com/");
        assertThat(one.lookups("redis")).isEqualTo(1);
    }

    @Test
    void codesWithoutALinkAreKeptForAWhileAndUpToANumber() throws Exception {
        LinkNode node = node();
        assertThat(node.resolve("none")).isInstanceOf(LinkResolver.Absent.class);
        assertThat(node.resolve("none")).isInstanceOf(LinkResolver.Absent.class);
        assertThat(store.questions).hasValue(1);
        assertThat(inRedis("none")).isNull();

        node.pass(Duration.ofSeconds(11));
        node.resolve("none");
        assertThat(store.questions).hasValue(2);

        for (int i = 0; i < 100; i++) {
            node.resolve("none" + i);
        }
        assertThat(node.meters
                        .get("weir.link.cached")
                        .tag("kind", "absent")
                        .gauge()
                        .value())
                .isLessThanOrEqualTo(3);
    }

    @Test
    void whatWasReadBeforeAChangeIsNotKeptAfterIt() throws Exception {
        store.set("a", "https://example.com/old");
        LinkNode node = node();
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> early = node.ask("a");
        store.awaitReader();

        Link changed = store.set("a", "https://example.com/new");
        assertThat(node.announce(changed)).isTrue();
        store.releaseReaders();
        early.get(60, TimeUnit.SECONDS);

        assertThat(node.url("a")).isEqualTo("https://example.com/new");
        assertThat(inRedis("a")).endsWith("https://example.com/new");
    }

    @Test
    void whoAsksAfterAChangeDoesNotWaitForWhoAskedBefore() throws Exception {
        store.set("a", "https://example.com/old");
        LinkNode node = node();
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> early = node.ask("a");
        store.awaitReader();
        node.announce(store.set("a", "https://example.com/new"));

        assertThat(node.url("a")).isEqualTo("https://example.com/new");
        store.releaseReaders();
        early.get(60, TimeUnit.SECONDS);
        assertThat(node.url("a")).isEqualTo("https://example.com/new");
    }

    @Test
    void aNodeThatIsLateDoesNotPutAnOldLinkBackIntoRedis() throws Exception {
        store.set("a", "https://example.com/old");
        store.set("b", "https://example.com/deleted");
        LinkNode late = node();
        LinkNode other = node();
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> first = late.ask("a");
        store.awaitReader();
        // the late node hears nothing of it
        other.announce(store.set("a", "https://example.com/new"));
        store.releaseReaders();
        first.get(60, TimeUnit.SECONDS);

        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> second = late.ask("b");
        store.awaitReader();
        long end = Objects.requireNonNull(store.delete("b"));
        other.registry.announce("b", end, null).toCompletableFuture().get(60, TimeUnit.SECONDS);
        store.releaseReaders();
        second.get(60, TimeUnit.SECONDS);

        // its own writes have gone out before this question
        Objects.requireNonNull(late.redis.commands()).get(new byte[] {'x'}).get(60, TimeUnit.SECONDS);
        assertThat(inRedis("a")).endsWith("https://example.com/new");
        assertThat(inRedis("b")).endsWith(" gone");
        assertThat(other.resolve("b")).isInstanceOf(LinkResolver.Absent.class);
    }

    @Test
    void aChangeIsToldToNodesThatListen() throws Exception {
        store.set("a", "https://example.com/1");
        LinkNode one = node();
        LinkNode other = node();
        other.listen();
        assertThat(other.url("a")).isEqualTo("https://example.com/1");
        assertThat(other.resolve("b")).isInstanceOf(LinkResolver.Absent.class);

        one.announce(store.set("a", "https://example.com/2"));
        one.announce(store.set("b", "https://example.com/b"));
        await().until(() -> "https://example.com/2".equals(other.url("a")));
        await().until(() -> "https://example.com/b".equals(other.url("b")));
        var _ = one.registry.announce("a", Objects.requireNonNull(store.delete("a")), null);
        await().until(() -> other.resolve("a") instanceof LinkResolver.Absent);
    }

    @Test
    void aNodeThatMayHaveMissedAChangeAsksAgain() throws Exception {
        store.set("a", "https://example.com/1");
        LinkNode one = node();
        LinkNode other = node();
        assertThat(other.url("a")).isEqualTo("https://example.com/1");
        one.announce(store.set("a", "https://example.com/2"));
        // it does not listen
        assertThat(other.url("a")).isEqualTo("https://example.com/1");
        other.listen();
        assertThat(other.url("a")).isEqualTo("https://example.com/2");
    }

    @Test
    void aChangeThatRedisDoesNotTakeIsToldWhenItIsBack(@TempDir Path directory) throws Exception {
        try (EmbeddedRedisServer server = RedisForTests.startPrivate(directory)) {
            store.set("a", "https://example.com/1");
            LinkNode node = node(server.url());
            LinkNode other = node(server.url());
            other.listen();
            assertThat(other.url("a")).isEqualTo("https://example.com/1");
            server.kill();
            assertThat(node.announce(store.set("a", "https://example.com/2"))).isFalse();
            assertThat(node.meters.get("weir.link.telling").gauge().value()).isEqualTo(1);
            server.restart();
            await().until(() -> node.meters.get("weir.link.telling").gauge().value() == 0);
            await().until(() -> "https://example.com/2".equals(other.url("a")));
            assertThat(node.url("a")).isEqualTo("https://example.com/2");
        }
    }

    @Test
    void withBothAwayALinkInMemoryIsAnsweredAndNoOther(@TempDir Path directory) throws Exception {
        try (EmbeddedRedisServer server = RedisForTests.startPrivate(directory)) {
            store.set("a", "https://example.com/");
            store.set("b", "https://example.com/b");
            LinkNode node = node(server.url());
            assertThat(node.url("a")).isEqualTo("https://example.com/");
            server.kill();
            store.away = true;
            assertThat(node.url("a")).isEqualTo("https://example.com/");
            node.pass(Duration.ofMinutes(10));
            assertThat(node.url("a")).isEqualTo("https://example.com/");
            assertThat(node.lookups("stale")).isEqualTo(1);
            assertThat(node.resolve("b")).isInstanceOf(LinkResolver.Unavailable.class);
            // for as long as stale-if-error says
            node.pass(Duration.ofHours(1));
            assertThat(node.resolve("a")).isInstanceOf(LinkResolver.Unavailable.class);

            store.away = false;
            assertThat(node.url("a")).isEqualTo("https://example.com/");
            assertThat(node.url("b")).isEqualTo("https://example.com/b");
        }
    }

    @Test
    void whileLookupsFailOneAWhileTriesAndMemoryAnswersAllOthers(@TempDir Path directory) throws Exception {
        try (EmbeddedRedisServer server = RedisForTests.startPrivate(directory)) {
            List<String> codes = List.of("a", "b", "c");
            LinkNode node = node(server.url());
            for (String code : codes) {
                store.set(code, "https://example.com/" + code);
                assertThat(node.url(code)).isEqualTo("https://example.com/" + code);
            }
            server.kill();
            store.away = true;
            node.pass(Duration.ofMinutes(10));
            int before = store.questions.get();
            assertThat(node.url("a")).isEqualTo("https://example.com/a");
            // who waits for a lookup may hear of its end before it is counted
            await().until(() -> node.lookups("unavailable") == 1);
            for (int i = 1; i < 30; i++) {
                String code = codes.get(i % 3);
                assertThat(node.url(code)).isEqualTo("https://example.com/" + code);
            }
            assertThat(store.questions).hasValue(before + 1);
            assertThat(node.lookups("stale")).isEqualTo(30);
            node.pass(Duration.ofSeconds(3));
            assertThat(node.url("a")).isEqualTo("https://example.com/a");
            assertThat(node.url("b")).isEqualTo("https://example.com/b");
            assertThat(store.questions).hasValue(before + 2);
            await().until(() -> node.lookups("unavailable") == 2);

            store.away = false;
            codes.forEach(code -> store.set(code, "https://example.com/" + code + "/changed"));
            // nobody looks before it is time, and after one who found something everybody does
            assertThat(node.url("a")).isEqualTo("https://example.com/a");
            node.pass(Duration.ofSeconds(3));
            for (String code : codes) {
                await().until(() -> ("https://example.com/" + code + "/changed").equals(node.url(code)));
            }
        }
    }

    @Test
    void lookupsAreBoundedAndThoseOfOneCodeAreOneQuestion() throws Exception {
        store.set("a", "https://example.com/");
        LinkNode node = node();
        assertThat(node.url("a")).isEqualTo("https://example.com/");
        store.holdReaders();
        CompletableFuture<LinkResolver.Resolution> one = node.ask("x1");
        CompletableFuture<LinkResolver.Resolution> same = node.ask("x1");
        store.awaitReader();
        CompletableFuture<LinkResolver.Resolution> two = node.ask("x2");
        // two lookups are as many as may be
        assertThat(node.resolve("x3")).isEqualTo(new LinkResolver.Unavailable("too many links are being looked for"));
        assertThat(node.lookups("refused")).isEqualTo(1);
        store.releaseReaders();
        assertThat(one.get(60, TimeUnit.SECONDS)).isInstanceOf(LinkResolver.Absent.class);
        assertThat(same.get(60, TimeUnit.SECONDS)).isInstanceOf(LinkResolver.Absent.class);
        assertThat(two.get(60, TimeUnit.SECONDS)).isInstanceOf(LinkResolver.Absent.class);
        // one for each code
        assertThat(store.questions).hasValue(3);
    }

    @Test
    void whatSomebodyElseHasPutIntoRedisIsNotThere() {
        assertThat(RedisLinks.read("nonsense".getBytes(StandardCharsets.UTF_8))).isNull();
        assertThat(RedisLinks.read("1 x https://example.com/".getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(RedisLinks.read("1 2 https://example.com/\r\nSet-Cookie: a=b".getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(RedisLinks.read("1 2 https://example.com/".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new RedisLinks.Entry(new Target("https://example.com/", 2, 1)));
    }
}

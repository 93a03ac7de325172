package io.weir.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.weir.testkit.RedisForTests;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RedisLinkTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @Test
    void aConnectionThatIsWaitedForNoLongerIsTakenAllTheSame() {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        try (RedisLink link = new RedisLink(
                RedisConnector.to(client, RedisURI.create(RedisForTests.url())),
                "the tests' Redis",
                client.getResources().eventExecutorGroup())) {
            CompletableFuture<Void> firstAttempt = link.connect();
            // as a start does on a machine so busy that connecting takes longer than the start waits for it
            firstAttempt.complete(null);
            await().untilAsserted(() -> assertThat(link.current()).isNotNull());
        } finally {
            client.shutdown(Duration.ZERO, TIMEOUT);
        }
    }
}

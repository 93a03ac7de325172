package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.EntryId;
import io.weir.live.PartitionAnswer;
import io.weir.live.PartitionQuery;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommitTest {
    private static final String EVENTS = "/api/v1/streams/clicks/events?wait=committed";

    private final TestServer server = new TestServer();
    private final List<EntryId> awaited = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aRequestThatWaitsIs200OnceEveryTouchedPartitionHasCommitted() throws Exception {
        server.partitions.register("clicks", 0, partition(true));
        server.partitions.register("clicks", 1, partition(true));

        HttpResponse<String> response = server.post(EVENTS, "application/x-ndjson", "a\nb p1\nc");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"accepted\":3,\"committed\":true}");
        assertThat(awaited).containsExactlyInAnyOrder(new EntryId(1, 0), new EntryId(1, 1));
    }

    @Test
    void itAnswersDeadLettersToo() throws Exception {
        server.partitions.register("clicks", 0, partition(true));

        assertThat(server.post(EVENTS + "&on-invalid=dead-letter", "application/x-ndjson", "a\nbad")
                        .body())
                .startsWith("{\"accepted\":1,\"deadLettered\":1,\"committed\":true,\"invalid\":[{\"index\":1,");
    }

    @Test
    void itIs503ThatSaysAcceptedWhenACommitIsNotSeenInTime() throws Exception {
        server.partitions.register("clicks", 0, partition(true));
        server.partitions.register("clicks", 1, partition(false));

        assertAcceptedNotCommitted(server.post(EVENTS, "application/x-ndjson", "a\nb p1\nc"));
        assertThat(server.metrics
                        .get("weir.http.uncommitted")
                        .tag("stream", "clicks")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void itIs503ThatSaysAcceptedWhileAPartitionIsNowhere() throws Exception {
        assertAcceptedNotCommitted(server.post(EVENTS, "application/x-ndjson", "a\nb\nc"));
    }

    private static void assertAcceptedNotCommitted(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body())
                .contains("urn:weir:problem:not-yet-committed", "\"accepted\":3", "\"committed\":false");
        // a retry would count these events twice, so nothing may invite one
        assertThat(response.headers().firstValue("Retry-After")).isEmpty();
    }

    private ActorRef<PartitionQuery> partition(boolean commits) {
        return server.testKit.spawn(Behaviors.receiveMessage(query -> {
            if (commits && query instanceof PartitionQuery.AwaitCommit(EntryId entry, var replyTo)) {
                awaited.add(entry);
                replyTo.tell(new PartitionAnswer.Committed(entry));
            }
            return Behaviors.same();
        }));
    }
}

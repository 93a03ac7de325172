package io.weir;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** A server whose events are followed, with a Redis and a database of its own. */
record TailServer(EmbeddedRedisServer redis, PostgresTestDatabase database, RunningWeir weir) {
    static final String TOKEN = "s3cret";
    static final int LISTENERS = 2;
    static final int EVENTS = 20;
    static final Pattern TOLD = Pattern.compile("data: \\{\"stream\":\"(.*?)\",\"partition\":(\\d+),"
            + "\"entry\":\"(\\d+-\\d+)\",\"index\":(\\d+)(?:,\"entity\":\"(.*?)\")?,\"event\":(\\{.*})}");

    private static final Map<String, Object> SETTINGS = Map.of(
            "weir.http.admin-token", TOKEN,
            "weir.tail.interval", "50ms",
            "weir.tail.heartbeat", "300ms",
            "weir.tail.max-listeners", LISTENERS,
            "weir.tail.max-events", EVENTS);

    static TailServer start(Path directory) throws Exception {
        EmbeddedRedisServer redis = RedisForTests.startPrivate(directory);
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        return new TailServer(redis, database, RunningWeir.start(Path.of("."), redis.url(), database.url(), SETTINGS));
    }

    void close() {
        weir.close();
        redis.close();
    }
}

package io.weir.chaos;

import io.weir.bench.RedisClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is left after a server lost events that it had: what may be missing later is what is missing now. */
final class Survivors {
    private static final String NUMBERS = """
        local numbers = {}
        for _, key in ipairs(KEYS) do
          for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
            for i = 2, #entry[2], 2 do
              numbers[#numbers + 1] = string.match(entry[2][i], '"seq":(%d+)')
            end
          end
        end
        return table.concat(numbers, ' ')
        """;

    private Survivors() {}

    /** The keys of all streams. */
    static List<String> keys() {
        return Arrays.stream(EventStream.values())
                .flatMap(stream -> stream.redisKeys().stream())
                .toList();
    }

    /**
     * Excuses the accepted events of this repetition that neither Redis nor the database has. Nobody may write to Redis
     * meanwhile. What was confirmed as committed is never excused. Where only counters are kept the database can't say
     * what it has, so there an event is excused that Redis has not.
     */
    static void excuseTheOthers(Site site, Repetition repetition) throws SQLException, InterruptedException {
        // an answer that is still under way may say that an event was accepted which is gone by now
        site.driver().pause();
        for (EventStream stream : EventStream.ALL) {
            int sent = site.ledger().size(stream);
            int first = repetition.first(stream);
            Set<Long> left = inRedis(site, stream);
            Stored stored;
            try (Connection database = site.openDatabase()) {
                stored = Checker.read(database, stream, first);
            }
            for (int event = first; event < sent; event++) {
                boolean gone = !left.contains((long) event) && !stored.has(event);
                if (gone && site.ledger().outcome(stream, event) == Outcome.ACCEPTED) {
                    site.ledger().excuse(stream, event);
                    repetition.excused(stream, event);
                }
            }
        }
        site.driver().resume();
    }

    private static Set<Long> inRedis(Site site, EventStream stream) {
        Set<Long> numbers = new HashSet<>();
        try (RedisClient redis = site.openRedis()) {
            for (String key : stream.redisKeys()) {
                String answer = redis.call("EVAL", NUMBERS, "1", key);
                for (String number : answer.split(" ", -1)) {
                    if (!number.isEmpty()) {
                        numbers.add(Long.parseLong(number));
                    }
                }
            }
        }
        return numbers;
    }
}

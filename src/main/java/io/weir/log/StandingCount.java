package io.weir.log;

import io.lettuce.core.protocol.CommandType;
import io.weir.event.EntryId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Counts the entries of one partition after a cursor. How many were ever added, and the last ID by then, are one
 * question; what stands between the cursor and that ID changes no more, so it is counted in steps that don't hold Redis
 * up. Used once.
 */
final class StandingCount {
    private static final long ITEMS_PER_STEP = 5_000;
    private static final long FIRST_STEP_ENTRIES = 20;
    private static final long MAX_STEP_ENTRIES = 1_000;

    // XINFO STREAM itself would send the first and the last entry along
    private static final String SUMMARY_SCRIPT = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return {0, '0-0'} end
        local info = redis.call('XINFO', 'STREAM', KEYS[1])
        local added, last = -1, '0-0'
        for i = 1, #info, 2 do
          if info[i] == 'entries-added' then added = info[i + 1] end
          if info[i] == 'last-generated-id' then last = info[i + 1] end
        end
        return {added, last}
        """;
    private static final String STEP_SCRIPT = CompressedItems.LUA_ITEMS_OF + """
        local entries = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
        local items = 0
        for i = 1, #entries do items = items + items_of(entries[i][2]) end
        if #entries == 0 then return {0, 0} end
        return {#entries, items, entries[1][1], entries[#entries][1]}
        """;

    private final RedisRoute route;
    private final String key;
    private final Duration timeout;
    private long added;
    private long entries;
    private long items;
    private @Nullable EntryId first;
    private @Nullable EntryId latest;

    StandingCount(RedisRoute route, String key, Duration timeout) {
        this.route = route;
        this.key = key;
        this.timeout = timeout;
    }

    CompletableFuture<LogInspection.Standing> after(EntryId cursor) {
        return RedisCalls.call(
                        route,
                        CommandType.EVAL,
                        RedisCalls.args().add(SUMMARY_SCRIPT).add(1).add(key),
                        timeout)
                .thenCompose(answer -> {
                    added = (Long) answer.get(0);
                    EntryId last = EntryId.parse(RedisCalls.text(answer.get(1)));
                    if (added < 0) {
                        return CompletableFuture.failedFuture(new ReaderFailure(
                                ReaderFailure.Reason.UNAVAILABLE, "this Redis does not count entries; 7.0 does"));
                    }
                    return last.isAfter(cursor) ? step(cursor, last, FIRST_STEP_ENTRIES) : standing();
                });
    }

    private CompletableFuture<LogInspection.Standing> step(EntryId after, EntryId last, long stepEntries) {
        return RedisCalls.call(
                        route,
                        CommandType.EVAL,
                        RedisCalls.args()
                                .add(STEP_SCRIPT)
                                .add(1)
                                .add(key)
                                .add("(" + after)
                                .add(last.toString())
                                .add(stepEntries),
                        timeout)
                .thenCompose(answer -> {
                    long found = (Long) answer.get(0);
                    long foundItems = (Long) answer.get(1);
                    entries += found;
                    items += foundItems;
                    if (found == 0) {
                        return standing();
                    }
                    first = first == null ? EntryId.parse(RedisCalls.text(answer.get(2))) : first;
                    EntryId seen = EntryId.parse(RedisCalls.text(answer.get(3)));
                    latest = seen;
                    if (found < stepEntries) {
                        return standing();
                    }
                    long itemsPerEntry = Math.max(1, foundItems / found);
                    return step(seen, last, Math.clamp(ITEMS_PER_STEP / itemsPerEntry, 10, MAX_STEP_ENTRIES));
                });
    }

    private CompletableFuture<LogInspection.Standing> standing() {
        return CompletableFuture.completedFuture(new LogInspection.Standing(added, entries, items, first, latest));
    }
}

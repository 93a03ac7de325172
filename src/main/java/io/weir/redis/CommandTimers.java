package io.weir.redis;

import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * What commands to Redis take, by command alone: those that Weir sends are few, addresses of servers and ports are not.
 * Reads that wait for something to come are left out, for they take as long as nothing does.
 */
public final class CommandTimers implements CommandLatencyRecorder {
    private final MeterRegistry meters;
    private final String client;
    private final ConcurrentHashMap<String, Timer> timers = new ConcurrentHashMap<>();

    public CommandTimers(MeterRegistry meters, String client) {
        this.meters = meters;
        this.client = client;
    }

    /** The bounds for what Redis is asked, from half a millisecond to two seconds. */
    public static Duration[] buckets() {
        return LongStream.of(500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 2_000_000)
                .mapToObj(micros -> Duration.ofNanos(1_000 * micros))
                .toArray(Duration[]::new);
    }

    @Override
    public void recordCommandLatency(
            SocketAddress local, SocketAddress remote, ProtocolKeyword command, long firstNanos, long completionNanos) {
        if (command != CommandType.XREADGROUP && completionNanos >= 0) {
            timers.computeIfAbsent(command.toString(), this::timer).record(completionNanos, TimeUnit.NANOSECONDS);
        }
    }

    private Timer timer(String command) {
        return Timer.builder("weir.redis.command")
                .description("From the sending of a command to its whole answer; XREADGROUP, which waits, left out")
                .tag("client", client)
                .tag("command", command)
                .serviceLevelObjectives(buckets())
                .register(meters);
    }
}

package io.weir.definition;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/** Times of the clock, as the five fields of a crontab say them, in the time zone of this machine. */
public final class Schedule {
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    /** An hour that a change of the clocks leaves out is looked for again the next day. */
    private static final Duration WITHOUT_NEXT = Duration.ofDays(1);

    private final String expression;
    private final ExecutionTime times;

    private Schedule(String expression, ExecutionTime times) {
        this.expression = expression;
        this.times = times;
    }

    /**
     * Parses minute, hour, day of month, month and day of week.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static Schedule parse(String expression) {
        return new Schedule(expression, ExecutionTime.forCron(PARSER.parse(expression)));
    }

    /** How long it is until the next of the times, which is after {@code epochMillis}. */
    public Duration untilNext(long epochMillis) {
        Optional<Duration> next =
                times.timeToNextExecution(Instant.ofEpochMilli(epochMillis).atZone(ZoneId.systemDefault()));
        return next.orElse(WITHOUT_NEXT);
    }

    @Override
    public String toString() {
        return expression;
    }
}

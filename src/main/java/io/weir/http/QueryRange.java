package io.weir.http;

import io.weir.definition.RollupStep;
import io.weir.query.RangePart;
import io.weir.query.RolledUpStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a request asks of a stream's rollups, each part of it checked and its absence filled in. */
final class QueryRange {
    /** What requests call the different values. */
    private static final String UNIQUES = "uniques";

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final int USUAL_BUCKETS = 24;
    private static final Duration USUAL_RANGE = Duration.ofDays(1);

    private QueryRange() {}

    /** The measure that is asked for; the first there is where none is named. */
    static String measure(RolledUpStream stream, QueryParameters parameters) {
        String measure = parameters.text("measure");
        if (measure == null) {
            return stream.measures().getFirst();
        }
        if (!stream.measures().contains(measure) && !isUniques(stream, measure)) {
            throw QueryParameters.invalid(
                    "measure",
                    "is \"" + measure + "\", must be one of " + String.join(", ", stream.measures())
                            + (stream.uniques() == null ? "" : ", " + UNIQUES));
        }
        return measure;
    }

    /** Whether different values are asked for: where they are kept, no column of that name can be. */
    static boolean isUniques(RolledUpStream stream, String measure) {
        return stream.uniques() != null && measure.equals(UNIQUES);
    }

    /** Buckets of one step; those of the finest that is kept where none is named, and the last 24 where no beginning is. */
    static RangePart buckets(RolledUpStream stream, QueryParameters parameters, Instant now, int most) {
        RollupStep step = parameters.one("step", text -> step(stream, text), words(stream));
        RollupStep chosen = step == null ? stream.steps().first() : step;
        Instant to = chosen.ceiling(time(parameters, "to", now));
        Instant from =
                chosen.floor(time(parameters, "from", to.minus(chosen.length().multipliedBy(USUAL_BUCKETS))));
        ordered(from, to);
        // the first bucket may just have gone while it was asked for
        if (from.plus(chosen.length()).isBefore(stream.keptFrom(chosen, now))) {
            throw tooEarly(stream, chosen, now);
        }
        RangePart part = new RangePart(chosen, from, to);
        if (part.buckets() > most) {
            throw QueryParameters.invalid(
                    step == null && parameters.text("from") == null ? "step" : "from",
                    "makes it " + part.buckets() + " buckets of a " + chosen.label() + ", must be at most " + most
                            + "; ask for a shorter range or a longer step");
        }
        return part;
    }

    /** A range as the fewest buckets; the last day where no beginning is named. */
    static List<RangePart> parts(RolledUpStream stream, QueryParameters parameters, Instant now, int most) {
        Instant to = time(parameters, "to", now);
        Instant from = time(parameters, "from", to.minus(USUAL_RANGE));
        ordered(from, to);
        RollupStep longest = stream.steps().last();
        // so that counting them takes no time
        long least = Duration.between(from, to).dividedBy(longest.length());
        List<RangePart> parts = least > most ? List.of() : stream.parts(from, to, now);
        if (parts == null) {
            throw tooEarly(stream, longest, now);
        }
        long buckets =
                Math.max(least, parts.stream().mapToLong(RangePart::buckets).sum());
        if (buckets > most) {
            throw QueryParameters.invalid(
                    "from",
                    "makes it " + buckets + " buckets, must be at most " + most
                            + "; ask for a shorter range, or one that begins and ends with a " + longest.label());
        }
        return parts;
    }

    private static Instant time(QueryParameters parameters, String name, Instant missing) {
        Instant given = parameters.instant(name);
        if (given != null && (given.isBefore(EARLIEST) || given.isAfter(LATEST))) {
            throw QueryParameters.invalid(name, "must be in the years 1 to 9999");
        }
        return given == null ? missing : given;
    }

    private static Refusal tooEarly(RolledUpStream stream, RollupStep step, Instant now) {
        RollupStep longer = stream.steps().higher(step);
        return QueryParameters.invalid(
                "from",
                "must not be before " + stream.keptFrom(step, now) + ", from when on buckets of a " + step.label()
                        + " are kept" + (longer == null ? "" : "; ask for step=" + longer.label()));
    }

    private static void ordered(Instant from, Instant to) {
        if (!from.isBefore(to)) {
            throw QueryParameters.invalid("from", "is " + from + ", must be before to, " + to);
        }
    }

    private static Optional<RollupStep> step(RolledUpStream stream, String word) {
        return stream.steps().stream().filter(step -> step.label().equals(word)).findFirst();
    }

    private static String words(RolledUpStream stream) {
        return stream.steps().stream().map(RollupStep::label).collect(Collectors.joining(", "));
    }
}

package io.weir.query;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * What rollups hold, in a database. Every method blocks, and throws {@link QueryFailure} when there is no answer. What was
 * never written is nothing: neither streams nor measures need be known.
 */
public interface Buckets {
    /** An entity's values by the beginnings of their buckets; those without any are left out. */
    Map<Instant, BigDecimal> values(String stream, String measure, String entity, RangePart part);

    /** An entity's sketches of different values, in the same way; {@link Uniques} reads them. */
    Map<Instant, byte[]> sketches(String stream, String measure, String entity, RangePart part);

    /** The entities with the greatest sums over a range, the greatest first. */
    Greatest greatest(String stream, String measure, Iterable<RangePart> range, int limit);
}

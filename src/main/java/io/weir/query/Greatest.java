package io.weir.query;

import java.util.List;

/**
 * The entities with the greatest sums.
 *
 * @param readAll whether all that the range holds had to be read
 */
public record Greatest(List<RankedEntity> entities, boolean readAll) {
    public Greatest {
        entities = List.copyOf(entities);
    }
}

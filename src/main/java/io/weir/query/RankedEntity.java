package io.weir.query;

import java.math.BigDecimal;
import java.util.Comparator;

/** An entity and its sum. */
public record RankedEntity(String entity, BigDecimal value) {
    /** The greatest first; equal ones by name. */
    static final Comparator<RankedEntity> GREATEST_FIRST =
            Comparator.comparing(RankedEntity::value).reversed().thenComparing(RankedEntity::entity);
}

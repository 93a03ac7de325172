package io.weir.live;

import io.weir.definition.StreamDefinition;
import java.util.concurrent.CompletionStage;

/** What the database holds of an entity, whether its partition runs or not. */
@FunctionalInterface
public interface CommittedCounts {
    /** Never fails. */
    CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity);
}

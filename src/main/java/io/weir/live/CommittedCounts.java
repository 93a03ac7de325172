package io.weir.live;

import io.weir.definition.StreamDefinition;
import java.util.concurrent.CompletionStage;

/** What the database holds of an entity, whether its partition runs or not. */
public interface CommittedCounts {
    /** What it holds now. Never fails. */
    CompletionStage<LiveCounts> of(StreamDefinition definition, Object entity);

    /** What it held, at least, when this process wrote the entity's last event past Redis. Never fails. */
    CompletionStage<LiveCounts> sinceWritten(StreamDefinition definition, Object entity);
}

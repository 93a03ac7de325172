package io.weir.log;

import io.weir.definition.StreamDefinition;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The Redis streams {@code <redis-key>:dead}, for whoever wants to know of dead letters. */
public interface DeadLetterStream {
    /**
     * Appends an entry of these fields, and removes the oldest beyond {@code maxLength}, about. Fails with
     * {@link ReaderFailure} when Redis is away or gives no answer; the entry may be there all the same.
     */
    CompletionStage<Void> publish(StreamDefinition definition, Map<String, byte[]> fields, long maxLength);
}

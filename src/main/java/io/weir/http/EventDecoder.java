package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.enrich.Enrichers;
import io.weir.event.DecodeLimits;
import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import io.weir.event.RequestDecoder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Turns a request's body into events of one stream; {@link io.weir.event.RequestDecoder} is one. Thread-safe. */
@FunctionalInterface
public interface EventDecoder {
    DecodeResult decode(DecodeRequest request);

    /** Completes once decoding waits for nothing. Whoever asks first may begin what takes a while. */
    default CompletionStage<Void> ready() {
        return CompletableFuture.completedFuture(null);
    }

    /** The decoder of a stream's events, which are then enriched. */
    static EventDecoder enriched(StreamDefinition definition, DecodeLimits limits, Enrichers enrichers) {
        RequestDecoder decoder = new RequestDecoder(definition, limits, enrichers.of(definition));
        return new EventDecoder() {
            @Override
            public DecodeResult decode(DecodeRequest request) {
                return decoder.decode(request);
            }

            @Override
            public CompletionStage<Void> ready() {
                return enrichers.ready(definition);
            }
        };
    }
}

package io.weir.http;

import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Turns a request's body into events of one stream; {@link io.weir.event.RequestDecoder} is one. Thread-safe. */
@FunctionalInterface
public interface EventDecoder {
    DecodeResult decode(DecodeRequest request);

    /** Completes once decoding waits for nothing. Whoever asks first may begin what takes a while. */
    default CompletionStage<Void> ready() {
        return CompletableFuture.completedFuture(null);
    }

    /** A decoder that takes requests once what {@code ready} answers has completed. */
    static EventDecoder once(Supplier<CompletionStage<Void>> ready, EventDecoder decoder) {
        return new EventDecoder() {
            @Override
            public DecodeResult decode(DecodeRequest request) {
                return decoder.decode(request);
            }

            @Override
            public CompletionStage<Void> ready() {
                return ready.get();
            }
        };
    }
}

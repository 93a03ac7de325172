package io.weir.http;

import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;

/** Turns a request's body into events of one stream; {@link io.weir.event.RequestDecoder} is one. Thread-safe. */
@FunctionalInterface
public interface EventDecoder {
    DecodeResult decode(DecodeRequest request);
}

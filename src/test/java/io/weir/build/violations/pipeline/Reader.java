package io.weir.build.violations.pipeline;

import io.weir.build.violations.log.KnowsThePipeline;

/** Breaks a rule of the architecture on purpose. */
public record Reader(Object log) {
    Class<?> reads() {
        return KnowsThePipeline.class;
    }
}

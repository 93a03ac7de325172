package io.weir.build.violations.store;

import io.weir.build.violations.pipeline.Reader;

/** Breaks a rule of the architecture on purpose. */
public record KnowsThePipeline(Reader reader) {}

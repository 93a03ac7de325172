package io.weir.build.violations.log;

import io.weir.build.violations.pipeline.Reader;

/** Breaks a rule of the architecture on purpose. */
public record KnowsThePipeline(Reader reader) {}

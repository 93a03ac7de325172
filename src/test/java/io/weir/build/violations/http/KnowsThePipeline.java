package io.weir.build.violations.http;

import io.weir.build.violations.pipeline.Reader;

/** Breaks a rule of the architecture on purpose. */
record KnowsThePipeline(Reader reader) {}

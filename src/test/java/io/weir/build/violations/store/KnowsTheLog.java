package io.weir.build.violations.store;

import io.weir.build.violations.log.KnowsThePipeline;

/** Breaks a rule of the architecture on purpose. */
public record KnowsTheLog(KnowsThePipeline log) {}

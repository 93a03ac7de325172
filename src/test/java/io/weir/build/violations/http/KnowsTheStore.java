package io.weir.build.violations.http;

import io.weir.build.violations.store.KnowsTheLog;

/** Breaks a rule of the architecture on purpose. */
record KnowsTheStore(KnowsTheLog store) {}

package io.weir.build.violations.definition;

import io.weir.build.violations.event.IsAnActor;

/** Breaks a rule of the architecture on purpose. */
record KnowsEvents(IsAnActor event) {}

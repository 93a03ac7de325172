package io.weir.build.violations.event;

import org.apache.pekko.actor.typed.ActorRef;

/** Breaks a rule of the architecture on purpose. */
public record IsAnActor(ActorRef<String> self) {}

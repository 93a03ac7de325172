/**
 * The protocol that makes Weir exact, run in every order that a seed can think of: its real decisions over models of
 * Redis and PostgreSQL, with faults at every step. See {@link io.weir.simulation.Schedule}.
 */
@NullMarked
package io.weir.simulation;

import org.jspecify.annotations.NullMarked;

/** Replay of what Redis retains, and bringing counters that came late to their true value. */
@NullMarked
package io.weir.replay;

import org.jspecify.annotations.NullMarked;

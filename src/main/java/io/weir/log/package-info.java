/** The log of accepted events: Redis Streams behind the {@link io.weir.log.EventLog} port. */
@NullMarked
package io.weir.log;

import org.jspecify.annotations.NullMarked;

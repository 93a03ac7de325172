/** Which Redis, and a connection for what may be lost or repeated; the log has its own, stricter one. */
@NullMarked
package io.weir.redis;

import org.jspecify.annotations.NullMarked;

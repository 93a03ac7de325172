/** Redis and PostgreSQL as child processes, for {@code weir up} and the tests. */
@NullMarked
package io.weir.embedded;

import org.jspecify.annotations.NullMarked;

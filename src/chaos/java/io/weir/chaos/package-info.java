/** The proof by faults: breaks Weir, Redis and PostgreSQL under load and counts afterwards. See {@code src/chaos/README.md}. */
@NullMarked
package io.weir.chaos;

import org.jspecify.annotations.NullMarked;

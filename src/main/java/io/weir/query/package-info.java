/** Questions about what rollups hold: an entity's course over time, the greatest of a stream, different values. */
@NullMarked
package io.weir.query;

import org.jspecify.annotations.NullMarked;

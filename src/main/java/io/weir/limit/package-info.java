/** Rate limits. */
@NullMarked
package io.weir.limit;

import org.jspecify.annotations.NullMarked;

/** Adapters for foreign wire protocols. */
@NullMarked
package io.weir.compat;

import org.jspecify.annotations.NullMarked;

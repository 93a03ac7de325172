/** Holds what Weir answers against its description. */
@NullMarked
package io.weir.contract;

import org.jspecify.annotations.NullMarked;

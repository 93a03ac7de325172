/** Health and metrics for whoever runs Weir. */
@NullMarked
package io.weir.ops;

import org.jspecify.annotations.NullMarked;

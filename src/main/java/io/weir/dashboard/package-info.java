/** The page that shows a running Weir. */
@NullMarked
package io.weir.dashboard;

import org.jspecify.annotations.NullMarked;

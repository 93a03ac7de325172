/** Long runs that look for what breaks Weir. */
@NullMarked
package io.weir.chaos;

import org.jspecify.annotations.NullMarked;

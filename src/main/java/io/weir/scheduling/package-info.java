/** What is asked of the system's scheduler. */
@NullMarked
package io.weir.scheduling;

import org.jspecify.annotations.NullMarked;

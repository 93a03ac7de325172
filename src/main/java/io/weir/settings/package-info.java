/** Settings, one record per section, checked when they are built. No Pekko, no I/O. */
@NullMarked
package io.weir.settings;

import org.jspecify.annotations.NullMarked;

/** Stream definitions: what an event kind is, where it is counted and stored. No Pekko, no I/O. */
@NullMarked
package io.weir.definition;

import org.jspecify.annotations.NullMarked;

/** Short links: their form, the caches in front of their table, and how a change reaches all of these. */
@NullMarked
package io.weir.link;

import org.jspecify.annotations.NullMarked;

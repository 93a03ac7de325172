/** What nodes ask one another: live counts, which are what is committed plus what is accepted, and what each node does. */
@NullMarked
package io.weir.live;

import org.jspecify.annotations.NullMarked;

/** Live counts: what is committed plus what is accepted and not yet committed. */
@NullMarked
package io.weir.live;

import org.jspecify.annotations.NullMarked;

/** Membership of many nodes. */
@NullMarked
package io.weir.cluster;

import org.jspecify.annotations.NullMarked;

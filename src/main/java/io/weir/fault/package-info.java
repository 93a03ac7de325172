/** Places at which a process can be made to end at once, to prove that nothing is lost there. Not for production. */
@NullMarked
package io.weir.fault;

import org.jspecify.annotations.NullMarked;

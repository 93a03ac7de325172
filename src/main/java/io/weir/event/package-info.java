/** Events as values: decoding, encoding, places in the log, folding into deltas. No Pekko, no I/O. */
@NullMarked
package io.weir.event;

import org.jspecify.annotations.NullMarked;

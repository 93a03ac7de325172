/** The supervised actors that read the log, fold it into windows and hand them to the store. */
@NullMarked
package io.weir.pipeline;

import org.jspecify.annotations.NullMarked;

/** What JMX shows of Weir, and lets be done. docs/jmx.md describes it. */
@NullMarked
package io.weir.ops.jmx;

import org.jspecify.annotations.NullMarked;

/** The commands of the {@code weir} launcher, one per file. */
@NullMarked
package io.weir.cli;

import org.jspecify.annotations.NullMarked;

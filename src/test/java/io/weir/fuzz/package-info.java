/** Fuzzing of everything that parses what strangers send. */
@NullMarked
package io.weir.fuzz;

import org.jspecify.annotations.NullMarked;

/** Routes, admission and errors: the way in. */
@NullMarked
package io.weir.http;

import org.jspecify.annotations.NullMarked;

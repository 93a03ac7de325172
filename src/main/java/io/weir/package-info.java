@NullMarked
package io.weir;

import org.jspecify.annotations.NullMarked;

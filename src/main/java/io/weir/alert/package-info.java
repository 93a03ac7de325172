/** Says when a figure is past what it should be: once when that begins, once when it ends. */
@NullMarked
package io.weir.alert;

import org.jspecify.annotations.NullMarked;

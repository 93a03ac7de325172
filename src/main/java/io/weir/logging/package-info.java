/** What log lines say besides their text, and what they must not say: no body, key or other value of an event. */
@NullMarked
package io.weir.logging;

import org.jspecify.annotations.NullMarked;

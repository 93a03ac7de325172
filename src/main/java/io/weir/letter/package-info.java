/** Dead letters as people see them: what they are, how they are found, and what can be done about them. */
@NullMarked
package io.weir.letter;

import org.jspecify.annotations.NullMarked;

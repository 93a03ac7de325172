/** Short links and their redirects. */
@NullMarked
package io.weir.link;

import org.jspecify.annotations.NullMarked;

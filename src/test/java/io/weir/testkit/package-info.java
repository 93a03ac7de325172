/** What tests of several packages share: real servers, started once. */
@NullMarked
package io.weir.testkit;

import org.jspecify.annotations.NullMarked;

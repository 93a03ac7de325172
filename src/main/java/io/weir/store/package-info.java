/** PostgreSQL: cursors, counters, rows, dead letters, migrations. */
@NullMarked
package io.weir.store;

import org.jspecify.annotations.NullMarked;

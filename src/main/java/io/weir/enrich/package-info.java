/** What is computed of events at the door: user agents, bots, referrers, campaigns, countries, anonymous addresses. */
@NullMarked
package io.weir.enrich;

import org.jspecify.annotations.NullMarked;

package io.weir.log;

import io.weir.event.EntryId;

/**
 * How many events of a partition are accepted and not committed, as the node says that runs it.
 *
 * @param upTo the last entry that is among what it counted; what was appended behind it may not be
 */
public record Uncommitted(EntryId upTo, long events) {}

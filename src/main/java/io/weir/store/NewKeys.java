package io.weir.store;

import io.weir.event.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Tells events whose key is new from those that were there before, in {@code event_key}. */
@FunctionalInterface
interface NewKeys {
    /** Keeps the keys of events whose key is not known yet, and answers these and those without a key, in their order. */
    List<Event> insertNew(Connection connection, List<Event> events) throws SQLException;
}

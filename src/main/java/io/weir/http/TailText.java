package io.weir.http;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.event.InvalidEventException;
import io.weir.event.ValueText;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What one listener is told of looks at a stream, as server-sent events. For one thread at a time. */
final class TailText {
    private final StreamDefinition definition;
    private final EventReader reader;
    private final @Nullable Object entity;
    private final int maxEvents;
    private boolean unavailable;

    /**
     * Tells of a stream.
     *
     * @param entity whose events alone are told; null for all
     * @param maxEvents that are told of one look at a partition
     */
    TailText(StreamDefinition definition, EventReader reader, @Nullable Object entity, int maxEvents) {
        this.definition = definition;
        this.reader = reader;
        this.entity = entity;
        this.maxEvents = maxEvents;
    }

    /** Empty when there is nothing to tell. */
    String of(StreamTail.Look look) {
        StringBuilder text = new StringBuilder();
        if (look.begins()) {
            add(text, "started", new JsonObject().with("stream", definition.name()));
        }
        look.news().forEach(news -> add(text, news));
        if (look.problem() != null && !unavailable) {
            add(text, "unavailable", new JsonObject().with("detail", look.problem()));
        }
        unavailable = look.problem() != null;
        return text.toString();
    }

    private void add(StringBuilder text, StreamTail.News news) {
        Deque<Event> newest = new ArrayDeque<>();
        long passedOver = 0;
        for (LogEntry entry : news.entries()) {
            for (int index = 0; index < entry.items().size(); index++) {
                Event event = event(entry, index);
                if (event != null) {
                    newest.addLast(event);
                }
                if (newest.size() > maxEvents) {
                    newest.removeFirst();
                    passedOver++;
                }
            }
        }
        if (news.skipped() > 0 || passedOver > 0) {
            add(
                    text,
                    "skipped",
                    new JsonObject()
                            .with("stream", definition.name())
                            .with("partition", news.partition())
                            .with("entries", news.skipped())
                            .with("events", passedOver));
        }
        newest.forEach(event -> add(text, event, news.partition()));
    }

    /** Null for what is or becomes a dead letter, and for what nobody asked for. */
    private @Nullable Event event(LogEntry entry, int index) {
        LogItem item = entry.items().get(index);
        if (item.kind() != LogItem.Kind.EVENT) {
            return null;
        }
        try {
            Event event = reader.read(entry.id(), index, item.payload());
            return entity == null || entity.equals(event.entity(definition)) ? event : null;
        } catch (InvalidEventException deadLetter) {
            return null;
        }
    }

    private void add(StringBuilder text, Event event, int partition) {
        JsonObject json = new JsonObject()
                .with("stream", definition.name())
                .with("partition", partition)
                .with("entry", event.entryId().toString())
                .with("index", event.index());
        Field field = definition.entity();
        Object value = event.entity(definition);
        if (field != null && value != null) {
            json.with("entity", ValueText.of(field.type(), value));
        }
        // line breaks in JSON are mere space, and would end the data
        String logged = new String(event.json(), StandardCharsets.UTF_8)
                .replace('\n', ' ')
                .replace('\r', ' ');
        text.append("data: ").append(json.withJson("event", logged)).append("\n\n");
    }

    private static void add(StringBuilder text, String name, JsonObject data) {
        text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
    }
}

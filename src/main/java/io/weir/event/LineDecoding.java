package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.StreamDefinition;
import java.io.IOException;

/** Reads bodies in which each line is an event. */
final class LineDecoding {
    private final int fields;
    private final FieldReader reader;
    private final AccessLogLine accessLog;

    LineDecoding(StreamDefinition definition, FieldReader reader) {
        this.fields = definition.fields().size();
        this.reader = reader;
        this.accessLog = new AccessLogLine(definition, reader);
    }

    /** One object per line; blank lines count for nothing. */
    void decodeJson(Batch batch) throws RefusedException, TooDeepException {
        byte[] body = batch.request().body();
        ParsedObject event = new ParsedObject(fields);
        int end;
        for (int from = 0; from < body.length && !batch.isStopped(); from = end + 1) {
            end = lineEnd(body, from);
            int to = withoutReturn(body, from, end);
            if (!isBlank(body, from, to) && begin(batch, from, to)) {
                decodeJsonLine(batch, event.clear(), from, to);
            }
        }
    }

    /** One request per line. An empty line is one, too, though invalid: an event's index is its line's. */
    void decodeAccessLog(Batch batch) throws RefusedException {
        byte[] body = batch.request().body();
        ParsedObject event = new ParsedObject(fields);
        int end;
        for (int from = 0; from < body.length && !batch.isStopped(); from = end + 1) {
            end = lineEnd(body, from);
            int to = withoutReturn(body, from, end);
            if (!begin(batch, from, to)) {
                continue;
            }
            event.clear();
            try {
                accessLog.read(body, from, to, event.values);
            } catch (InvalidEventException problem) {
                event.fail(problem);
            }
            batch.add(event, from, to);
        }
    }

    /** Whether the line is to be read: too long a one is not, and is kept cut where invalid ones are kept. */
    private static boolean begin(Batch batch, int from, int to) throws RefusedException {
        batch.requireRoom();
        if (!batch.request().keepInvalid()) {
            batch.requireSize(to - from);
        } else if (to - from > batch.limits().maxEventBytes()) {
            batch.addUnreadable(
                    batch.sizeProblem(to - from) + "; kept is its beginning",
                    from,
                    from + batch.limits().maxEventBytes());
            return false;
        }
        return true;
    }

    private void decodeJsonLine(Batch batch, ParsedObject event, int from, int to) throws TooDeepException {
        byte[] body = batch.request().body();
        if (!Utf8.isValid(body, from, to)) {
            batch.addUnreadable("is not UTF-8", from, to);
            return;
        }
        try (JsonParser parser = Json.parser(body, from, to)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                batch.addUnreadable("must be an object, got " + Got.value(parser), from, to);
                return;
            }
            reader.readObject(parser, 1, event);
            if (parser.nextToken() != null) {
                batch.addUnreadable("holds more than one object in a line", from, to);
                return;
            }
        } catch (IOException problem) {
            batch.addUnreadable("is not JSON: " + Json.problem(problem), from, to);
            return;
        } catch (TooDeepException problem) {
            if (!batch.request().keepInvalid()) {
                throw problem;
            }
            batch.addUnreadable(String.valueOf(problem.getMessage()), from, to);
            return;
        }
        batch.add(event, from, to);
    }

    private static int lineEnd(byte[] body, int from) {
        int end = from;
        while (end < body.length && body[end] != '\n') {
            end++;
        }
        return end;
    }

    private static int withoutReturn(byte[] body, int from, int end) {
        return end > from && body[end - 1] == '\r' ? end - 1 : end;
    }

    private static boolean isBlank(byte[] body, int from, int to) {
        for (int i = from; i < to; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
                return false;
            }
        }
        return true;
    }
}

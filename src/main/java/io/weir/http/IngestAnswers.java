package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.weir.event.InvalidEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** What a taken request is answered. */
final class IngestAnswers {
    /** Invalid events that an answer describes; it counts all of them. */
    static final int MAX_DESCRIBED = 100;

    private static final AtomicReferenceArray<HttpResponse> ACCEPTED = new AtomicReferenceArray<>(1_001);

    private IngestAnswers() {}

    /** {@code 202 {"accepted":n}}, rendered once for each of the usual numbers. */
    static HttpResponse accepted(int events) {
        if (events >= ACCEPTED.length()) {
            return json(202, "{\"accepted\":" + events + "}");
        }
        HttpResponse response = ACCEPTED.get(events);
        if (response == null) {
            response = json(202, "{\"accepted\":" + events + "}");
            ACCEPTED.set(events, response);
        }
        return response;
    }

    /** {@code {"accepted":n,"deadLettered":m,"committed":true,"invalid":[…]}} with what the request asked for. */
    static HttpResponse taken(int events, List<InvalidEvent> invalid, IngestOptions options) {
        StringBuilder json = new StringBuilder(64).append("{\"accepted\":").append(events);
        if (options.keepInvalid()) {
            json.append(",\"deadLettered\":").append(invalid.size());
        }
        if (options.waitForCommit()) {
            json.append(",\"committed\":true");
        }
        if (!invalid.isEmpty()) {
            json.append(",\"invalid\":[");
            for (int i = 0; i < Math.min(invalid.size(), MAX_DESCRIBED); i++) {
                describe(invalid.get(i), json.append(i == 0 ? "" : ","));
            }
            json.append(']');
        }
        return json(options.waitForCommit() ? 200 : 202, json.append('}').toString());
    }

    /** {@code 503} for events that were accepted and whose commit was not seen in time. */
    static HttpResponse notYetCommitted(int events, int deadLettered, IngestOptions options) {
        Problem problem = Problem.notYetCommitted().with("accepted", events);
        if (options.keepInvalid()) {
            problem.with("deadLettered", deadLettered);
        }
        return problem.with("committed", false).response();
    }

    static HttpResponse json(int status, String json) {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, ByteString.fromString(json)));
    }

    private static void describe(InvalidEvent event, StringBuilder json) {
        json.append("{\"index\":").append(event.index()).append(",\"field\":");
        if (event.field() == null) {
            json.append("null");
        } else {
            quote(event.field(), json);
        }
        quote(event.reason(), json.append(",\"reason\":"));
        json.append('}');
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }
}

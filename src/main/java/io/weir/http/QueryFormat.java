package io.weir.http;

import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** The forms of an answer. */
enum QueryFormat {
    JSON,
    CSV;

    private static final ContentType TEXT_CSV = ContentTypes.parse("text/csv; charset=UTF-8");
    private static final RawHeader BY_ACCEPT = RawHeader.create("Vary", "Accept");

    /** What the parameter {@code format} says, or the header Accept where there is none. */
    static QueryFormat of(HttpRequest request, QueryParameters parameters) {
        QueryFormat format = parameters.one(
                "format",
                text -> switch (text) {
                    case "json" -> Optional.of(JSON);
                    case "csv" -> Optional.of(CSV);
                    default -> Optional.empty();
                },
                "json or csv");
        String accept = RequestHeaders.first(request, "accept");
        return format != null ? format : accept != null && accept.contains("text/csv") ? CSV : JSON;
    }

    HttpResponse answer(String text) {
        HttpResponse answer = switch (this) {
            case JSON -> IngestAnswers.json(200, text);
            case CSV -> HttpResponse.create().withEntity(HttpEntities.create(TEXT_CSV, ByteString.fromString(text)));
        };
        return answer.addHeader(BY_ACCEPT);
    }

    /** A line as RFC 4180 has it. */
    static void line(StringBuilder csv, List<String> fields) {
        for (int i = 0; i < fields.size(); i++) {
            String field = fields.get(i);
            boolean isPlain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
            csv.append(i == 0 ? "" : ",").append(isPlain ? field : "\"" + field.replace("\"", "\"\"") + "\"");
        }
        csv.append("\r\n");
    }
}

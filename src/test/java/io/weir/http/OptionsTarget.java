package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.FieldValues;
import io.weir.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;

import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;

/** What a request asks for: lines of query, Idempotency-Key, Content-Encoding, Content-Type, then the body. */
public final class OptionsTarget implements FuzzTarget {
    private static final int MAX_KEY_LENGTH = 255;
    private static final int LONGEST_HEADER = 8_192; // and the longest URI
    private static final int MOST_EVENTS = 1_000_000;

    private final BodyForms sessions = new BodyForms(Streams.sessions());
    private final BodyForms clicks = new BodyForms(Streams.clicks());

    @Override
    public String name() {
        return "options";
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                "wait=committed&on-invalid=dead-letter&first-index=5\nkey\nidentity\napplication/json\n{\"events\":[]}"
                        .getBytes(StandardCharsets.UTF_8),
                "\n\n\ntext/plain; charset=utf-8\n[".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> tokens() {
        return List.of(
                "wait=", "committed", "on-invalid=", "dead-letter", "first-index=", "%66irst-index=", "%c3%a9", "gzip",
                "application/x-ndjson", "application/a+json", "; charset=utf-16", "\"events\":", "\n");
    }

    @Override
    public void check(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 5);
        if (lines[0].length() > LONGEST_HEADER) {
            return;
        }
        HttpRequest request;
        try {
            request = HttpRequest.POST("/x")
                    .withUri(Uri.create("/x?" + lines[0], Uri.RELAXED))
                    .addHeader(RawHeader.create("Idempotency-Key", line(lines, 1).strip()));
        } catch (IllegalUriException | IllegalArgumentException refusedByTheParser) {
            return;
        }
        if (!line(lines, 2).isEmpty()) {
            request = request.addHeader(RawHeader.create("Content-Encoding", line(lines, 2)));
        }
        try {
            IngestOptions options = IngestOptions.of(request, MAX_KEY_LENGTH);
            assertThat(options.firstIndex()).isNotNegative();
            assertThat(options.firstIndex() + MOST_EVENTS).isPositive();
            String key = Objects.requireNonNullElse(options.idempotencyKey(), "k");
            assertThat(key).matches("[ -~]{1,255}");
        } catch (Refusal documented) {
            checkRefusal(documented);
        }
        checkForm(line(lines, 3), line(lines, 4).getBytes(StandardCharsets.UTF_8));
    }

    private void checkForm(String contentType, byte[] body) {
        if (contentType.length() > LONGEST_HEADER) {
            return;
        }
        ContentType type;
        try {
            type = ContentTypes.parse(contentType);
        } catch (IllegalArgumentException | NoSuchElementException refusedByTheParser) {
            return;
        }
        for (BodyForms forms : List.of(sessions, clicks)) {
            try {
                assertThat(forms.of(type, body)).isNotNull();
            } catch (Refusal documented) {
                checkRefusal(documented);
            }
        }
    }

    private static void checkRefusal(Refusal refusal) {
        assertThat(refusal.reason().status()).isBetween(400, 499);
        assertThat(refusal.detail()).isNotBlank();
        assertThat(FieldValues.textProblem(refusal.detail().replace('\0', ' '))).isNull();
    }

    private static String line(String[] lines, int index) {
        return index < lines.length ? lines[index] : "";
    }
}

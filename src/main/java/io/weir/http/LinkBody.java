package io.weir.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.weir.definition.FieldValues;
import io.weir.link.LinkCodes;
import io.weir.link.LinkStore;
import io.weir.link.TargetUrl;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a link is to be: one flat object of known members. */
final class LinkBody {
    /** Bytes of the largest body. */
    static final int LARGEST = 16 * 1024;

    private static final int LONGEST_PROJECT = 128;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A body that is an object, and a member of which is not what it must be; answered 422. */
    static final class InvalidMember extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String member;

        InvalidMember(String member, String problem) {
            super(member + " " + problem, null, false, false);
            this.member = member;
        }

        String member() {
            return member;
        }
    }

    private final Map<String, @Nullable String> members;

    private LinkBody(Map<String, @Nullable String> members) {
        this.members = members;
    }

    /**
     * A link to be created.
     *
     * @throws Refusal when the body is no object
     * @throws InvalidMember when a member can't be used
     */
    static LinkStore.NewLink created(byte[] body) {
        LinkBody read = read(body, List.of("code", "url", "project", "expiresAt"));
        String code = read.members.get("code");
        if (code != null && !LinkCodes.isCode(code)) {
            throw new InvalidMember("code", "must be 1 to 64 of A-Z a-z 0-9 - _");
        }
        String url = read.url();
        if (url == null) {
            throw new InvalidMember("url", "is required and missing");
        }
        return new LinkStore.NewLink(code == null ? "" : code, url, read.project(), read.expiresAt());
    }

    /** A change of a link, as JSON merge patch (RFC 7396) has it: null clears, what is left out stays. */
    static LinkStore.LinkChange changed(byte[] body) {
        LinkBody read = read(body, List.of("url", "project", "expiresAt"));
        if (read.members.containsKey("url") && read.members.get("url") == null) {
            throw new InvalidMember("url", "can't be cleared");
        }
        return new LinkStore.LinkChange(
                read.url(),
                read.members.containsKey("project"),
                read.project(),
                read.members.containsKey("expiresAt"),
                read.expiresAt());
    }

    private @Nullable String url() {
        String url = members.get("url");
        String problem = url == null ? null : TargetUrl.problem(url);
        if (problem != null) {
            throw new InvalidMember("url", problem);
        }
        return url;
    }

    private @Nullable String project() {
        String project = members.get("project");
        if (project == null) {
            return null;
        }
        String problem = project.isEmpty()
                ? "is empty; leave it out, or make it null"
                : project.length() > LONGEST_PROJECT
                        ? "is " + project.length() + " characters long, more than " + LONGEST_PROJECT
                        : project.chars().anyMatch(Character::isISOControl)
                                ? "holds a control character"
                                : FieldValues.textProblem(project);
        if (problem != null) {
            throw new InvalidMember("project", problem);
        }
        return project;
    }

    private @Nullable Instant expiresAt() {
        String text = members.get("expiresAt");
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(Instant.EPOCH) && !time.isAfter(LATEST)) {
                return time;
            }
        } catch (DateTimeException notATime) {
            // said below
        }
        throw new InvalidMember("expiresAt", "must be a time like 2030-03-01T10:00:00Z, from 1970 to 9999");
    }

    private static LinkBody read(byte[] body, List<String> known) {
        if (body.length > LARGEST) {
            throw new Refusal(RefusalReason.BODY_TOO_LARGE, "the body has more than " + LARGEST + " bytes");
        }
        Map<String, @Nullable String> members = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(RefusalReason.MALFORMED, "the body must be an object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (!known.contains(name)) {
                    throw new InvalidMember(name, "is unknown; known are " + String.join(", ", known));
                }
                JsonToken value = parser.nextToken();
                if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
                    throw new InvalidMember(name, "must be a string, or null");
                }
                members.put(name, value == JsonToken.VALUE_NULL ? null : parser.getText());
            }
            if (parser.nextToken() != null) {
                throw new Refusal(RefusalReason.MALFORMED, "the body goes on after its end");
            }
        } catch (JsonProcessingException notJson) {
            throw new Refusal(RefusalReason.MALFORMED, "the body is not JSON: " + notJson.getOriginalMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return new LinkBody(members);
    }
}

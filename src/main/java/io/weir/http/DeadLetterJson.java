package io.weir.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.letter.LetterCount;
import io.weir.letter.StoredLetter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Renders dead letters as JSON. */
final class DeadLetterJson {
    private DeadLetterJson() {}

    /** {@code {"deadLetters":[…],"next":…}}; next is what {@code before} has to be for the next page, null at the end. */
    static String page(List<StoredLetter> letters, boolean isLast) {
        return JsonText.object(json -> {
            json.writeArrayFieldStart("deadLetters");
            for (StoredLetter letter : letters) {
                json.writeStartObject();
                summary(json, letter);
                json.writeEndObject();
            }
            json.writeEndArray();
            if (isLast) {
                json.writeNullField("next");
            } else {
                json.writeNumberField("next", letters.getLast().id());
            }
        });
    }

    /** A letter with its events. */
    static String letter(StoredLetter letter) {
        return JsonText.object(json -> {
            summary(json, letter);
            bytes(json, "raw", letter.raw());
            if (letter.edited() != null) {
                bytes(json, "edited", letter.edited());
            }
        });
    }

    /** {@code {"counts":[{"stream":…,"state":…,"reason":…,"letters":…}]}}. */
    static String counts(List<LetterCount> counts) {
        return JsonText.object(json -> {
            json.writeArrayFieldStart("counts");
            for (LetterCount count : counts) {
                json.writeStartObject();
                json.writeStringField("stream", count.stream());
                json.writeStringField("state", count.state().tag());
                json.writeStringField("reason", count.reasonClass().tag());
                json.writeNumberField("letters", count.letters());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** {@code {"replayed":n,"refused":[{"id":…,"field":…,"detail":…}],"more":…}}. */
    static String replayed(int replayed, List<DeadLetterReplay.NotReplayed> refused, boolean more) {
        return JsonText.object(json -> {
            json.writeNumberField("replayed", replayed);
            json.writeArrayFieldStart("refused");
            for (DeadLetterReplay.NotReplayed letter : refused) {
                json.writeStartObject();
                json.writeNumberField("id", letter.id());
                json.writeStringField("field", letter.field());
                json.writeStringField("detail", letter.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanField("more", more);
        });
    }

    private static void summary(JsonGenerator json, StoredLetter letter) throws IOException {
        json.writeNumberField("id", letter.id());
        json.writeStringField("stream", letter.stream());
        json.writeStringField("state", letter.state().tag());
        json.writeStringField("reason", letter.reasonClass().tag());
        json.writeStringField("detail", letter.reason());
        json.writeStringField("sqlstate", letter.sqlState());
        json.writeNumberField("attempts", letter.attempts());
        json.writeStringField("key", letter.key());
        json.writeNumberField("partition", letter.partition());
        json.writeStringField("entry", letter.entry().toString());
        json.writeNumberField("index", letter.index());
        json.writeNumberField("bytes", letter.raw().length);
        json.writeBooleanField("isEdited", letter.edited() != null);
        json.writeStringField("createdAt", letter.createdAt().toString());
        json.writeStringField("updatedAt", letter.updatedAt().toString());
    }

    /** As text where it is UTF-8, else in base 64 under another name. */
    private static void bytes(JsonGenerator json, String name, byte[] bytes) throws IOException {
        try {
            json.writeStringField(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException binary) {
            json.writeStringField(name + "Base64", Base64.getEncoder().encodeToString(bytes));
        }
    }
}

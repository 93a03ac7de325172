package io.weir.definition;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a stream's events come in.
 *
 * @param path the stream's own path beside the generic one; null when it has none. One with a variable, which is the
 *     entity's name in braces, takes one event of that entity and answers with its count
 * @param forms the body forms that both paths take
 * @param redis whether events go through Redis; otherwise straight to the database, a transaction for what comes together
 * @param fallback whether they go straight to the database while Redis is away, instead of being refused
 * @param items the envelope's field that holds the list; null unless {@link BodyForm#ENVELOPE} is among the forms
 * @param honoursPrivacySignals whether nothing is kept of requests with {@code Sec-GPC} or {@code DNT}
 * @param pixel whether an image's address takes an event, too
 * @param error what the member {@code error} of an answer with 400 says, for clients that look at it; null for none
 */
public record IngestSettings(
        @Nullable String path,
        Set<BodyForm> forms,
        @Nullable String items,
        boolean redis,
        boolean fallback,
        boolean honoursPrivacySignals,
        boolean pixel,
        @Nullable String error) {
    public IngestSettings {
        forms = Set.copyOf(forms);
    }

    /** Those of a stream without a pixel, whatever privacy signals say, with no member of its own in refusals. */
    public IngestSettings(
            @Nullable String path, Set<BodyForm> forms, @Nullable String items, boolean redis, boolean fallback) {
        this(path, forms, items, redis, fallback, false, false, null);
    }

    /** Those of a stream whose events go through Redis, and nowhere else. */
    public IngestSettings(@Nullable String path, Set<BodyForm> forms, @Nullable String items) {
        this(path, forms, items, true, false);
    }

    /** Whether the path names the entity. */
    public boolean isEntityPath() {
        return path != null && path.indexOf('{') >= 0;
    }
}

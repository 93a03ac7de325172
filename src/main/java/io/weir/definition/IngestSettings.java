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
 * @param error what the member {@code error} of an answer with 400 says, for clients that look at it; null for none
 */
public record IngestSettings(
        @Nullable String path,
        Set<BodyForm> forms,
        @Nullable String items,
        boolean redis,
        boolean fallback,
        @Nullable String error) {
    public IngestSettings {
        forms = Set.copyOf(forms);
    }

    /** Those of a stream whose events go through Redis, and nowhere else. */
    public IngestSettings(@Nullable String path, Set<BodyForm> forms, @Nullable String items) {
        this(path, forms, items, true, false);
    }

    /** Those of a stream whose refusals have no member of their own. */
    public IngestSettings(
            @Nullable String path, Set<BodyForm> forms, @Nullable String items, boolean redis, boolean fallback) {
        this(path, forms, items, redis, fallback, null);
    }

    /** Whether the path names the entity. */
    public boolean isEntityPath() {
        return path != null && path.indexOf('{') >= 0;
    }
}

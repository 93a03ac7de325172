package io.weir.link;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table of the links. Every method blocks, and throws {@link LinksUnavailableException} when the database gives no
 * answer.
 */
public interface LinkStore {
    /**
     * A link to be.
     *
     * @param code one that {@link LinkCodes} takes
     * @param url one that {@link TargetUrl} takes
     */
    record NewLink(
            String code,
            String url,
            @Nullable String project,
            @Nullable Instant expiresAt) {}

    /**
     * What is to be another; what is not set stays as it is.
     *
     * @param url null to leave it
     * @param setsProject whether {@code project} is to be set, to null as well
     * @param setsExpiry whether {@code expiresAt} is to be set, to null as well
     */
    record LinkChange(
            @Nullable String url,
            boolean setsProject,
            @Nullable String project,
            boolean setsExpiry,
            @Nullable Instant expiresAt) {}

    /** Where these codes lead; those without a link are left out. */
    Map<String, Target> targets(Collection<String> codes);

    @Nullable
    Link find(String code);

    /** Keeps a new link; null when the code is taken. */
    @Nullable
    Link create(NewLink link);

    /** Changes a link; null when there is none. */
    @Nullable
    Link change(String code, LinkChange change);

    /** Deletes a link; answers the version of its end, null when there is none. */
    @Nullable
    Long delete(String code);

    /**
     * Links in the order of their codes.
     *
     * @param project null for those of all
     * @param after only codes behind this one
     */
    List<Link> list(@Nullable String project, String after, int limit);
}

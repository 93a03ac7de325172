package io.weir.ops;

/**
 * What a sync of one kind of views wrote.
 *
 * @param entities stories, or chapters, that had views which were not written
 * @param viewsAdded views that now are
 */
public record ViewSync(long entities, long viewsAdded) {
    /** Nothing: there is no such kind. */
    public static final ViewSync NONE = new ViewSync(0, 0);
}

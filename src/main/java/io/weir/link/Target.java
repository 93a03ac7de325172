package io.weir.link;

/**
 * Where a link leads: what a redirect needs of it, and caches keep.
 *
 * @param expiresAtMillis since the epoch; {@link #NEVER} for a link without an end
 * @param version microseconds since the epoch of the link's last change; greater with each change of a code
 */
public record Target(String url, long expiresAtMillis, long version) {
    /** The end of a link that has none. */
    public static final long NEVER = Long.MAX_VALUE;

    public boolean isExpired(long nowMillis) {
        return nowMillis >= expiresAtMillis;
    }
}

package io.weir.definition;

import org.jspecify.annotations.Nullable;

/** IP addresses as text, read without ever asking a name server. */
public final class IpAddresses {
    private static final int GROUPS = 8;

    private IpAddresses() {}

    /**
     * The canonical form of an address: an IPv4 address in dotted decimals, an IPv6 address as RFC 5952 writes it.
     *
     * @return null when the text is no address; zones ({@code %eth0}) and decimals with leading zeros are none
     */
    public static @Nullable String canonical(String text) {
        if (text.length() > 45) {
            return null;
        }
        if (text.indexOf(':') < 0) {
            // without leading zeros there is one way to write it
            return ipv4(text, 0) < 0 ? null : text;
        }
        int[] groups = ipv6(text);
        return groups == null ? null : write(groups);
    }

    /** The 32 bits of the dotted decimals from {@code start} to the end, or -1. */
    private static long ipv4(String text, int start) {
        long bits = 0;
        int at = start;
        for (int part = 0; part < 4; part++) {
            int digitsFrom = at;
            int number = 0;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9' && at - digitsFrom < 3) {
                number = number * 10 + (text.charAt(at) - '0');
                at++;
            }
            int digits = at - digitsFrom;
            if (digits == 0 || number > 255 || (digits > 1 && text.charAt(digitsFrom) == '0')) {
                return -1;
            }
            bits = (bits << 8) | number;
            if (part < 3) {
                if (at == text.length() || text.charAt(at) != '.') {
                    return -1;
                }
                at++;
            }
        }
        return at == text.length() ? bits : -1;
    }

    private static int @Nullable [] ipv6(String text) {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            int colon = text.indexOf(':', at);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', at) >= 0) {
                long bits = ipv4(text, at);
                if (bits < 0 || count > GROUPS - 2) {
                    return null;
                }
                groups[count++] = (int) (bits >>> 16);
                groups[count++] = (int) (bits & 0xffff);
                at = end;
                break;
            }
            int group = hexGroup(text, at, end);
            if (group < 0 || count == GROUPS) {
                return null;
            }
            groups[count++] = group;
            at = end;
            if (colon >= 0) {
                at++;
                if (at < text.length() && text.charAt(at) == ':') {
                    if (gap >= 0) {
                        return null;
                    }
                    gap = count;
                    at++;
                } else if (at == text.length()) {
                    return null;
                }
            }
        }
        if (gap < 0) {
            return count == GROUPS ? groups : null;
        }
        if (count == GROUPS) {
            return null;
        }
        int tail = count - gap;
        System.arraycopy(groups, gap, groups, GROUPS - tail, tail);
        for (int i = gap; i < GROUPS - tail; i++) {
            groups[i] = 0;
        }
        return groups;
    }

    private static int hexGroup(String text, int from, int to) {
        if (to == from || to - from > 4) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            // Character.digit alone takes digits of every script
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return -1;
            }
            number = (number << 4) | digit;
        }
        return number;
    }

    private static String write(int[] groups) {
        int longestFrom = -1;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                longestFrom = i;
                longest = end - i;
            }
            i = Math.max(i, end - 1);
        }
        boolean mapped = longestFrom == 0 && longest == 5 && groups[5] == 0xffff;
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < (mapped ? 6 : GROUPS); i++) {
            if (i == longestFrom) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        if (mapped) {
            text.append(':').append(groups[6] >> 8).append('.').append(groups[6] & 0xff);
            text.append('.').append(groups[7] >> 8).append('.').append(groups[7] & 0xff);
        }
        return text.toString();
    }
}

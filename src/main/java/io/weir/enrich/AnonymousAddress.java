package io.weir.enrich;

import io.weir.definition.IpAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * An address without what tells one household from the next: the last octet of an IPv4 address and the last 80 bits of an
 * IPv6 address are zero. That is what Google Analytics did for {@code anonymizeIp}.
 */
final class AnonymousAddress {
    private static final int IPV6_KEPT_BYTES = 6;
    /** 2002::/16 holds an IPv4 address in the next 32 bits (RFC 3056). */
    private static final int SIX_TO_FOUR_KEPT_BYTES = 5;

    private AnonymousAddress() {}

    /** The canonical text of a canonical address's network; null when it is no address. */
    static @Nullable String of(String address) {
        byte[] bytes;
        boolean mapped = address.startsWith("::ffff:") && address.indexOf('.') > 0;
        try {
            bytes = InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException none) {
            return null;
        }
        if (bytes.length == 4) {
            bytes[3] = 0;
        } else {
            boolean sixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
            for (int i = sixToFour ? SIX_TO_FOUR_KEPT_BYTES : IPV6_KEPT_BYTES; i < bytes.length; i++) {
                bytes[i] = 0;
            }
        }
        try {
            InetAddress network = InetAddress.getByAddress(bytes);
            String text = network.getHostAddress();
            return IpAddresses.canonical(mapped && network instanceof Inet4Address ? "::ffff:" + text : text);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

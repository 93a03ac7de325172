package io.weir.definition;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Addresses that begin with the same bits: {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address alone. */
public final class IpNetwork {
    private static final int IPV4_BYTES = 4;

    private final byte[] address;
    private final int bits;

    private IpNetwork(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /**
     * The network that a text is.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static IpNetwork of(String text) {
        IpNetwork network = parsed(text);
        if (network == null) {
            throw new IllegalArgumentException("\"" + text + "\" is no address and no network");
        }
        return network;
    }

    /**
     * An IPv6 address with only its first bits left; an IPv4 address, also one that is mapped into IPv6, whole; any other
     * text as it is.
     *
     * <p>Who has an IPv6 address usually has all that begin with the same 64 bits.
     */
    public static String firstBits(String text, int ipv6Bits) {
        byte[] address = bytes(text);
        if (address == null) {
            return text;
        }
        if (address.length == IPV4_BYTES) {
            return (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "."
                    + (address[3] & 0xff);
        }
        for (int bit = ipv6Bits; bit < address.length * 8; bit++) {
            address[bit >> 3] &= (byte) ~(0x80 >> (bit & 7));
        }
        return HexFormat.of().formatHex(address) + "/" + ipv6Bits;
    }

    /** Whether an address, in any form, is one of these. */
    public boolean contains(String other) {
        byte[] bytes = bytes(other);
        if (bytes == null || bytes.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if ((bytes[bit >> 3] & mask) != (address[bit >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable IpNetwork parsed(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        if (slash < 0) {
            return new IpNetwork(address, address.length * 8);
        }
        String bits = text.substring(slash + 1);
        return bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= address.length * 8
                ? new IpNetwork(address, Integer.parseInt(bits))
                : null;
    }

    /** An IPv4 address that is mapped into IPv6 is the IPv4 address. */
    private static byte @Nullable [] bytes(String text) {
        String canonical = IpAddresses.canonical(text);
        if (canonical == null) {
            return null;
        }
        try {
            // never asks a name server: it is an address
            return InetAddress.getByName(canonical).getAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpNetwork network && bits == network.bits && Arrays.equals(address, network.address);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + bits;
    }
}

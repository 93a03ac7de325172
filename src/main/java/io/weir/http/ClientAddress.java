package io.weir.http;

import io.weir.definition.IpAddresses;
import io.weir.definition.IpNetwork;
import io.weir.settings.SettingsException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.RemoteAddress;

/**
 * Where a request comes from: the other end of its connection, unless that is a proxy that is trusted to say in
 * {@code X-Forwarded-For} whom it serves. That header is read from its end, for anybody may have written its beginning.
 */
final class ClientAddress {
    private static final String UNKNOWN = "unknown";

    private final List<IpNetwork> trusted;

    ClientAddress(List<String> trustedProxies) {
        try {
            trusted = trustedProxies.stream().map(IpNetwork::of).toList();
        } catch (IllegalArgumentException none) {
            throw new SettingsException(
                    "http.trusted-proxies", none.getMessage() + "; write addresses or networks, as 10.0.0.0/8");
        }
    }

    /** The canonical text of the address; "unknown" where there is none. */
    String of(HttpRequest request) {
        String peer = request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(RemoteAddress::getAddress)
                .map(InetAddress::getHostAddress)
                .map(address -> IpAddresses.canonical(withoutZone(address)))
                .orElse(UNKNOWN);
        return isTrusted(peer) ? forwardedFor(request, peer) : peer;
    }

    /** Of a link-local address of IPv6 (RFC 4007, 11): which of this machine's interfaces it is reached by. */
    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    private String forwardedFor(HttpRequest request, String peer) {
        List<String> hops = new ArrayList<>();
        for (HttpHeader header : request.getHeaders()) {
            if (header.lowercaseName().equals("x-forwarded-for")) {
                hops.addAll(List.of(header.value().split(",", -1)));
            }
        }
        String client = peer;
        for (String hop : hops.reversed()) {
            String address = IpAddresses.canonical(hop.strip());
            if (address == null) {
                break;
            }
            client = address;
            if (!isTrusted(client)) {
                break;
            }
        }
        return client;
    }

    private boolean isTrusted(String address) {
        for (IpNetwork network : trusted) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}

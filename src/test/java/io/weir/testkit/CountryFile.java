package io.weir.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes small country databases in MaxMind's format: a tree of address bits with records of 24 bits, then what its leaves
 * point to, then a map that describes both (MaxMind DB File Format Specification 2.0).
 */
public final class CountryFile {
    private static final int ADDRESS_BITS = 128;
    private static final int SEPARATOR = 16;
    private static final byte[] METADATA_START = {
        (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd', '.', 'c', 'o', 'm'
    };

    private static final class Node {
        private final Node[] children = new Node[2];
        private int data = -1;
        private int number;
    }

    private final Node root = new Node();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Adds a network, as 192.0.2.0/24, none of which may hold another. */
    public CountryFile with(String network, String country) {
        String[] parts = network.split("/", 2);
        byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
        int length = Integer.parseInt(parts[1]);
        byte[] bits = new byte[ADDRESS_BITS / 8];
        System.arraycopy(address, 0, bits, bits.length - address.length, address.length);
        length += (bits.length - address.length) * 8;
        Node node = root;
        for (int i = 0; i < length; i++) {
            int bit = (bits[i / 8] >> (7 - i % 8)) & 1;
            if (node.children[bit] == null) {
                node.children[bit] = new Node();
            }
            node = node.children[bit];
        }
        node.data = data.size();
        write(data, Map.of("country", Map.of("iso_code", country)));
        return this;
    }

    /** Puts the file in place of the one that is there, as a whole. */
    public void writeTo(Path file) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.write(next, bytes());
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private byte[] bytes() {
        List<Node> nodes = new ArrayList<>();
        number(root, nodes);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (Node node : nodes) {
            for (Node child : node.children) {
                int pointer = child == null
                        ? nodes.size()
                        : child.data < 0 ? child.number : nodes.size() + SEPARATOR + child.data;
                file.write(pointer >> 16);
                file.write(pointer >> 8);
                file.write(pointer);
            }
        }
        file.writeBytes(new byte[SEPARATOR]);
        file.writeBytes(data.toByteArray());
        file.writeBytes(METADATA_START);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("node_count", nodes.size());
        metadata.put("record_size", (short) 24);
        metadata.put("ip_version", (short) 6);
        metadata.put("database_type", "Weir-Test-Country");
        metadata.put("languages", List.of("en"));
        metadata.put("binary_format_major_version", (short) 2);
        metadata.put("binary_format_minor_version", (short) 0);
        metadata.put("build_epoch", BigInteger.valueOf(1_700_000_000L));
        metadata.put("description", Map.of("en", "for tests"));
        write(file, metadata);
        return file.toByteArray();
    }

    private static void number(Node node, List<Node> nodes) {
        if (node != null && node.data < 0) {
            node.number = nodes.size();
            nodes.add(node);
            number(node.children[0], nodes);
            number(node.children[1], nodes);
        }
    }

    private static void write(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case String text -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                control(out, 2, bytes.length);
                out.writeBytes(bytes);
            }
            case Short number -> number(out, 5, BigInteger.valueOf(number));
            case Integer number -> number(out, 6, BigInteger.valueOf(number));
            case BigInteger number -> number(out, 9, number);
            case List<?> list -> {
                control(out, 11, list.size());
                list.forEach(element -> write(out, element));
            }
            case Map<?, ?> map -> {
                control(out, 7, map.size());
                map.forEach((key, element) -> {
                    write(out, key);
                    write(out, element);
                });
            }
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static void number(ByteArrayOutputStream out, int type, BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        control(out, type, bytes.length - from);
        out.write(bytes, from, bytes.length - from);
    }

    /** Types above 7 stand in a byte of their own; no size here is above 28. */
    private static void control(ByteArrayOutputStream out, int type, int size) {
        if (size > 28) {
            throw new IllegalArgumentException("size " + size);
        }
        out.write((type > 7 ? 0 : type << 5) | size);
        if (type > 7) {
            out.write(type - 7);
        }
    }
}

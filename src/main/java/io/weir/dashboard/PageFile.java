package io.weir.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** A file of the page, as browsers get it. */
public record PageFile(String mediaType, ByteString bytes) {
    /** The file that is the page; the others are what it loads. */
    public static final String PAGE = "index.html";

    private static final List<String> NAMES = List.of(
            PAGE,
            "style.css",
            "icon.svg",
            "app.js",
            "feed.js",
            "growth.js",
            "view.js",
            "chart.js",
            "letters.js",
            "top.js");

    /** All files by their names. */
    public static Map<String, PageFile> all() {
        Map<String, PageFile> files = new LinkedHashMap<>();
        NAMES.forEach(name -> files.put(name, new PageFile(mediaType(name), read(name))));
        return files;
    }

    private static String mediaType(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "html" -> "text/html; charset=UTF-8";
            case "css" -> "text/css; charset=UTF-8";
            case "svg" -> "image/svg+xml";
            case "js" -> "text/javascript; charset=UTF-8";
            default -> throw new IllegalArgumentException(name + " is of no kind that the page loads");
        };
    }

    private static ByteString read(String name) {
        try (InputStream resource = PageFile.class.getResourceAsStream("/dashboard/" + name)) {
            if (resource == null) {
                throw new IllegalStateException("/dashboard/" + name + " is missing");
            }
            return ByteString.fromArray(resource.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}

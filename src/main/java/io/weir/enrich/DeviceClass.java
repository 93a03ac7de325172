package io.weir.enrich;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which kind of device a browser runs on, by the words that browsers' makers have agreed on: "Mobi" is in a phone's user
 * agent, and not in an Android tablet's (MDN, "Browser detection using the user agent"; Google, "Chrome for Android").
 */
final class DeviceClass {
    private static final List<String> TELEVISIONS = List.of(
            "smart-tv",
            "smarttv",
            "hbbtv",
            "appletv",
            "apple tv",
            "googletv",
            "android tv",
            "crkey",
            "roku",
            "bravia",
            "web0s",
            "aftt",
            "aftm",
            " tv ");
    private static final List<String> CONSOLES = List.of("playstation", "xbox", "nintendo");
    private static final List<String> TABLETS = List.of("ipad", "tablet", "kindle", "silk/", "playbook");

    private DeviceClass() {}

    /** Null when it is not known. An iPad that asks for pages made for desktops is taken for one: it says so. */
    static @Nullable String of(String userAgent, @Nullable String os) {
        String text = userAgent.toLowerCase(Locale.ROOT);
        if (hasOneOf(text, TELEVISIONS)) {
            return "tv";
        }
        if (hasOneOf(text, CONSOLES)) {
            return "console";
        }
        if (text.contains("watch")) {
            return "watch";
        }
        if (hasOneOf(text, TABLETS)) {
            return "tablet";
        }
        if (text.contains("mobi")
                || text.contains("iphone")
                || text.contains("ipod")
                || text.contains("windows phone")) {
            return "phone";
        }
        if (os == null) {
            return null;
        }
        return switch (os) {
            // an app's own library says neither
            case "Android" -> text.startsWith("mozilla/") ? "tablet" : "phone";
            case "iOS" -> "phone";
            default -> text.startsWith("mozilla/") || text.startsWith("opera/") ? "desktop" : null;
        };
    }

    private static boolean hasOneOf(String text, List<String> words) {
        for (String word : words) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }
}

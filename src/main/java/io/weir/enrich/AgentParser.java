package io.weir.enrich;

import java.util.Set;
import nl.basjes.parse.useragent.UserAgent;
import nl.basjes.parse.useragent.UserAgentAnalyzer;
import org.jspecify.annotations.Nullable;

/** Parses user agents with Yauaa, whose rules take seconds to load and a hundred megabytes to keep: once per process. */
final class AgentParser {
    private static final String BROWSER = "AgentName";
    private static final String OS = "OperatingSystemName";
    private static final String DEVICE = "DeviceClass";
    private static final String CLASS = "AgentClass";
    /** What the parser says for want of knowledge, or of those that are nobody's computer. */
    private static final Set<String> NOTHING = Set.of("Unknown", "Hacker", "Anonymized", "??");

    /** Initialized by whoever needs it first; others wait. */
    private static final class Rules {
        static final UserAgentAnalyzer ANALYZER = UserAgentAnalyzer.newBuilder()
                .withField(BROWSER)
                .withField(OS)
                .withField(DEVICE)
                .withField(CLASS)
                .withoutCache()
                .dropTests()
                .hideMatcherLoadStats()
                .immediateInitialization()
                .build();
    }

    private AgentParser() {}

    /** Loads the rules, unless they are; blocks. */
    static void load() {
        var _ = Rules.ANALYZER;
    }

    /** Blocks while the rules are loaded. */
    static Agent parse(String userAgent) {
        UserAgent parsed = Rules.ANALYZER.parse(userAgent);
        String deviceClass = parsed.getValue(DEVICE);
        boolean isBot = isBot(deviceClass) || isBot(parsed.getValue(CLASS)) || BotWords.areIn(userAgent);
        return new Agent(
                known(parsed.getValue(BROWSER)),
                os(parsed.getValue(OS)),
                isBot ? Agent.BOT : device(deviceClass),
                isBot);
    }

    /** A hacker is who sends what no browser does. */
    private static boolean isBot(String named) {
        return named.startsWith("Robot") || named.equals("Hacker") || named.equals("Spy");
    }

    private static @Nullable String known(@Nullable String name) {
        return name == null || NOTHING.contains(name) ? null : name;
    }

    /** Where a program runs that does not say is no system that anybody uses. */
    private static @Nullable String os(@Nullable String name) {
        return name != null && name.endsWith("Cloud") ? null : known(name);
    }

    private static @Nullable String device(String deviceClass) {
        return switch (deviceClass) {
            case "Desktop" -> "desktop";
            case "Phone", "Mobile" -> "phone";
            case "Tablet", "eReader" -> "tablet";
            case "TV", "Set-top box" -> "tv";
            case "Game Console", "Handheld Game Console" -> "console";
            case "Watch" -> "watch";
            case "Unknown", "Anonymized" -> null;
            default -> "other";
        };
    }
}

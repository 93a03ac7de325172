package io.weir.enrich;

import org.jspecify.annotations.Nullable;
import ua_parser.Client;
import ua_parser.Parser;

/** Parses user agents by the rules of uap-core, which take half a second to load: once per process. */
final class AgentParser {
    /** What the rules say for want of one that fits. */
    private static final String OTHER = "Other";
    /** The device of what the rules know as a crawler. */
    private static final String SPIDER = "Spider";

    /** Initialized by whoever needs it first; others wait. */
    private static final class Rules {
        static final Parser PARSER = new Parser();
    }

    private AgentParser() {}

    /** Loads the rules, unless they are; blocks. */
    static void load() {
        var _ = Rules.PARSER;
    }

    /** Blocks while the rules are loaded. The rules are expressions that backtrack: the text must be short. */
    static Agent parse(String userAgent) {
        Client client = Rules.PARSER.parse(userAgent);
        String os = known(client.os.family);
        boolean isBot = SPIDER.equals(client.device.family) || BotWords.areIn(userAgent);
        return new Agent(known(client.userAgent.family), os, isBot ? Agent.BOT : DeviceClass.of(userAgent, os), isBot);
    }

    private static @Nullable String known(@Nullable String family) {
        return family == null || family.equals(OTHER) ? null : family;
    }
}

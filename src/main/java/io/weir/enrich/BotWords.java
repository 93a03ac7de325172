package io.weir.enrich;

import java.util.List;
import java.util.Locale;

/**
 * Words by which programs that are no browsers name themselves, beside those that the parser's own rules know. They are
 * words of the language that operators of crawlers write in, and no list of products, which would be old soon.
 */
final class BotWords {
    private static final List<String> WORDS = List.of(
            "crawl",
            "spider",
            "scrap",
            "slurp",
            "fetch",
            "headless",
            "phantomjs",
            "puppeteer",
            "playwright",
            "selenium",
            "webdriver",
            "lighthouse",
            "preview",
            "monitor",
            "uptime",
            "pingdom",
            "archiv",
            "externalhit",
            "feed",
            "validator",
            "checker",
            "scan",
            "httpclient",
            "http-client",
            "http_client",
            "http client",
            "python",
            "okhttp",
            "java/",
            "perl",
            "ruby",
            "php/",
            "wget",
            "curl/",
            "nagios",
            "httrack",
            "inspection",
            "whatsapp/");
    private static final String BOT = "bot";
    /** Makers of phones with the word in their name. */
    private static final List<String> NO_BOTS = List.of("cubot");

    private BotWords() {}

    /** Whether one of the words is in it. */
    static boolean areIn(String userAgent) {
        String text = userAgent.toLowerCase(Locale.ROOT);
        for (int at = text.indexOf(BOT); at >= 0; at = text.indexOf(BOT, at + 1)) {
            if (!endsOneOf(text, at + BOT.length())) {
                return true;
            }
        }
        for (String word : WORDS) {
            if (text.contains(word)) {
                return true;
            }
        }
        // where a program says who runs it; browsers name no address, and call themselves compatible no more
        return text.contains("http://")
                || text.contains("https://")
                || text.indexOf('@') >= 0
                || (text.contains("compatible;") && !text.contains("msie") && !text.contains("konqueror"))
                || isBare(text);
    }

    /** Name and version alone: browsers begin as Netscape did, and apps' own libraries name the system that they run on. */
    private static boolean isBare(String text) {
        return !text.startsWith("mozilla/")
                && !text.startsWith("opera/")
                && text.indexOf('(') < 0
                && !text.contains("darwin/");
    }

    private static boolean endsOneOf(String text, int end) {
        for (String name : NO_BOTS) {
            if (text.startsWith(name, end - name.length())) {
                return true;
            }
        }
        return false;
    }
}

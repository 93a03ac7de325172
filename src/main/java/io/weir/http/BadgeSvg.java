package io.weir.http;

import java.util.PrimitiveIterator;

/** A badge: what is counted on the left, how much on the right. */
final class BadgeSvg {
    private static final int PADDING = 6;

    private BadgeSvg() {}

    static String render(String label, String value) {
        int left = width(label) + 2 * PADDING;
        int right = width(value) + 2 * PADDING;
        String title = escape(label) + ": " + escape(value);
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + (left + right) + "\" height=\"20\" role=\"img\""
                + " aria-label=\"" + title + "\"><title>" + title + "</title>"
                + "<rect width=\"" + left + "\" height=\"20\" fill=\"#444\"/>"
                + "<rect x=\"" + left + "\" width=\"" + right + "\" height=\"20\" fill=\"#0b5a8a\"/>"
                + "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">"
                + text(PADDING, label)
                + text(left + PADDING, value)
                + "</g></svg>";
    }

    /** As wide as it was reckoned, whatever font there is. */
    private static String text(int x, String text) {
        return "<text x=\"" + x + "\" y=\"14\" textLength=\"" + width(text) + "\">" + escape(text) + "</text>";
    }

    /** About what Verdana takes at 11 pixels. */
    static int width(String text) {
        int tenths = 0;
        for (PrimitiveIterator.OfInt points = text.codePoints().iterator(); points.hasNext(); ) {
            int point = points.nextInt();
            tenths += "ijl.,:;'|!()[] ".indexOf(point) >= 0
                    ? 42
                    : "frt-\"/\\".indexOf(point) >= 0
                            ? 50
                            : "mwMW%@".indexOf(point) >= 0 ? 103 : Character.isUpperCase(point) ? 79 : usual(point);
        }
        return Math.ceilDiv(tenths, 10);
    }

    private static int usual(int point) {
        // what is written in squares
        return point >= 0x1100 ? 110 : 70;
    }

    /** As XML's text and attributes take it; characters that XML has none of become a space. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(isXml(point) ? point : ' ');
            }
        });
        return escaped.toString();
    }

    private static boolean isXml(int point) {
        return point >= 0x20 && (point < 0xD800 || point > 0xDFFF) && (point & 0xFFFE) != 0xFFFE;
    }
}

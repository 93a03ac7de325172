package io.weir.alert;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An episode of a figure past its limit, as it stands.
 *
 * @param value at the last look
 * @param peak the largest so far
 * @param until when it ended; null while it goes on
 */
public record Alert(
        AlertRule rule,
        double value,
        double peak,
        Instant since,
        @Nullable Instant until) {
    /** What an episode is to who is told of it. */
    public enum State {
        FIRING("firing"),
        RESOLVED("resolved");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    public State state() {
        return until == null ? State.FIRING : State.RESOLVED;
    }

    /** What happened, in a sentence with the figures. */
    public String message() {
        Instant end = until;
        if (end != null) {
            String atMost = rule.finding().contains("%s") ? "; it was at most " + quantity(peak) : "";
            return rule.subject() + ": over after " + Duration.between(since, end) + atMost;
        }
        String limit = rule.limit() > 0 ? ", more than " + quantity(rule.limit()) : "";
        // back within the limit, and not for long enough yet: what began it says more
        double shown = value > rule.limit() ? value : peak;
        return rule.subject() + ": " + rule.finding().replace("%s", quantity(shown)) + limit;
    }

    /** As an object; {@code node} where it is to say who found it. */
    public String toJson(@Nullable String node) {
        StringBuilder json = new StringBuilder(256).append("{\"alert\":");
        text(json, rule.name());
        text(json.append(",\"stream\":"), rule.stream());
        text(json.append(",\"state\":"), state().word());
        json.append(",\"value\":").append(plain(value));
        json.append(",\"threshold\":").append(plain(rule.limit()));
        text(json.append(",\"unit\":"), rule.unit());
        json.append(",\"peak\":").append(plain(peak));
        text(json.append(",\"since\":"), since.toString());
        text(json.append(",\"until\":"), until == null ? null : until.toString());
        text(json.append(",\"message\":"), message());
        if (node != null) {
            text(json.append(",\"node\":"), node);
        }
        return json.append('}').toString();
    }

    private String quantity(double figure) {
        return rule.unit().isEmpty() ? plain(figure) : plain(figure) + " " + rule.unit();
    }

    /** Whole numbers whole, others with four digits. */
    private static String plain(double figure) {
        BigDecimal exact = new BigDecimal(figure);
        BigDecimal shown = figure == Math.rint(figure) ? exact : exact.round(new MathContext(4));
        return shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
    }

    private static void text(StringBuilder json, @Nullable String text) {
        if (text == null) {
            json.append("null");
            return;
        }
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }
}

package io.weir.alert;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All rules, what goes on, and what went on lately. Says once what begins and once what ends. */
public final class AlertBoard {
    private static final Logger LOG = LoggerFactory.getLogger(AlertBoard.class);

    private final List<AlertEpisodes> episodes = new ArrayList<>();
    private final Map<AlertEpisodes, Counter> begun = new HashMap<>();
    private final Deque<Alert> ended = new ArrayDeque<>();
    private final int maxRecent;
    private final Consumer<Alert> listener;

    /**
     * A board.
     *
     * @param maxRecent ended alerts that it keeps
     * @param listener told of each beginning and each end; must not block
     */
    public AlertBoard(List<AlertRule> rules, int maxRecent, Consumer<Alert> listener, MeterRegistry meters) {
        this.maxRecent = maxRecent;
        this.listener = listener;
        for (AlertRule rule : rules) {
            AlertEpisodes ofRule = new AlertEpisodes(rule);
            // the label of the whole server's is empty, which to Prometheus is the same as none
            String stream = Objects.requireNonNullElse(rule.stream(), "");
            Gauge.builder("weir.alert.active", ofRule, of -> of.current() == null ? 0 : 1)
                    .description("1 while a figure is past its limit")
                    .tag("alert", rule.name())
                    .tag("stream", stream)
                    .register(meters);
            begun.put(
                    ofRule,
                    Counter.builder("weir.alerts")
                            .description("episodes of figures past their limits")
                            .tag("alert", rule.name())
                            .tag("stream", stream)
                            .register(meters));
            episodes.add(ofRule);
        }
    }

    /** Looks at every figure. Not from two threads at once. */
    public void look(Instant now) {
        for (AlertEpisodes ofRule : episodes) {
            try {
                Alert news = ofRule.look(now);
                if (news != null) {
                    tell(ofRule, news);
                }
            } catch (RuntimeException failure) {
                // one figure that can't be read must not hide the others
                LOG.error("the alert {} could not be looked at", ofRule.rule().subject(), failure);
            }
        }
    }

    /** {@code {"active":[…],"recent":[…]}}, of the latter the newest first. */
    public String toJson() {
        List<Alert> recent;
        synchronized (ended) {
            recent = List.copyOf(ended);
        }
        return "{\"active\":" + activeJson() + ",\"recent\":" + json(recent) + "}";
    }

    /** What goes on, a JSON array. */
    public String activeJson() {
        return json(episodes.stream()
                .map(AlertEpisodes::current)
                .filter(Objects::nonNull)
                .toList());
    }

    private void tell(AlertEpisodes ofRule, Alert news) {
        if (news.state() == Alert.State.FIRING) {
            Objects.requireNonNull(begun.get(ofRule)).increment();
            LOG.warn("alert {} ({})", news.message(), news.rule().setting());
        } else {
            LOG.info("alert {}", news.message());
            synchronized (ended) {
                ended.addFirst(news);
                while (ended.size() > maxRecent) {
                    ended.removeLast();
                }
            }
        }
        listener.accept(news);
    }

    private static String json(List<Alert> alerts) {
        return alerts.stream().map(alert -> alert.toJson(null)).collect(Collectors.joining(",", "[", "]"));
    }
}

package io.weir.ops;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;

/**
 * What the parts of Weir are like.
 *
 * @param queueDepth accepted and uncommitted events
 * @param queuePending of these, how many a consumer has read
 * @param stopped partitions that wait for a person, each with its reason
 * @param paused partitions that an operator has paused; that is no illness
 */
public record HealthReport(
        boolean database,
        boolean redis,
        long queueDepth,
        long queuePending,
        List<String> stopped,
        List<String> paused) {
    public HealthReport {
        stopped = List.copyOf(stopped);
        paused = List.copyOf(paused);
    }

    public boolean isHealthy() {
        return database && redis && stopped.isEmpty();
    }

    /**
     * The report as JSON: {@code status}, {@code database}, {@code redis}, {@code queue_depth}, {@code queue_pending},
     * in this order, and {@code stopped} and {@code paused} only when something is.
     */
    public String toJson() {
        StringBuilder json = new StringBuilder(128);
        json.append("{\"status\":\"").append(word(isHealthy()));
        json.append("\",\"database\":\"").append(word(database));
        json.append("\",\"redis\":\"").append(word(redis));
        json.append("\",\"queue_depth\":").append(queueDepth);
        json.append(",\"queue_pending\":").append(queuePending);
        list("stopped", stopped, json);
        list("paused", paused, json);
        return json.append('}').toString();
    }

    private static void list(String name, List<String> partitions, StringBuilder json) {
        if (partitions.isEmpty()) {
            return;
        }
        json.append(",\"").append(name).append("\":[");
        for (int i = 0; i < partitions.size(); i++) {
            json.append(i == 0 ? "\"" : ",\"");
            JsonStringEncoder.getInstance().quoteAsString(partitions.get(i), json);
            json.append('"');
        }
        json.append(']');
    }

    private static String word(boolean healthy) {
        return healthy ? "healthy" : "unhealthy";
    }
}

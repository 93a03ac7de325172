package io.weir.http;

import io.weir.definition.StreamDefinition;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Tells which requests come from somebody who wants nothing kept: {@code Sec-GPC: 1} (https://www.w3.org/TR/gpc/) or
 * {@code DNT: 1}, in streams whose definition honours them.
 */
final class PrivacySignals {
    private final boolean honoured;
    private final IngestMetrics metrics;

    PrivacySignals(StreamDefinition definition, IngestMetrics metrics) {
        this.honoured = definition.ingest().honoursPrivacySignals();
        this.metrics = metrics;
    }

    /** Whether nothing of the request is to be kept; counts it then. */
    boolean leaveOut(HttpRequest request) {
        if (!honoured) {
            return false;
        }
        for (HttpHeader header : request.getHeaders()) {
            String name = header.lowercaseName();
            if ((name.equals("sec-gpc") || name.equals("dnt"))
                    && header.value().strip().equals("1")) {
                metrics.leftOut();
                return true;
            }
        }
        return false;
    }
}

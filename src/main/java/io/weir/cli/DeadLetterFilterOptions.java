package io.weir.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dead letters are meant; to be mixed in. */
final class DeadLetterFilterOptions {
    @Option(names = "--stream", paramLabel = "NAME", description = "Those of this stream.")
    private @Nullable String stream;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Those of this reason: invalid, value, constraint, no-row, failed or killed.")
    private @Nullable String reason;

    @Option(names = "--sqlstate", paramLabel = "CODE", description = "Those that the database refused with this code.")
    private @Nullable String sqlState;

    @Option(names = "--since", paramLabel = "TIME", description = "Those from then on, such as 2026-03-01T10:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Those before then.")
    private @Nullable String until;

    @Option(names = "--limit", paramLabel = "N", description = "How many at most; the server has a limit of its own.")
    private @Nullable Integer limit;

    boolean hasStream() {
        return stream != null;
    }

    boolean isEmpty() {
        return parameters().values().stream().allMatch(value -> value == null);
    }

    Map<String, @Nullable Object> parameters() {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("stream", stream);
        parameters.put("reason", reason);
        parameters.put("sqlstate", sqlState);
        parameters.put("since", since);
        parameters.put("until", until);
        parameters.put("limit", limit);
        return parameters;
    }
}

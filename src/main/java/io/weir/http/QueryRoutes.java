package io.weir.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.live.Partitions;
import io.weir.query.Buckets;
import io.weir.query.RolledUpStream;
import io.weir.settings.HttpSettings;
import io.weir.settings.QuerySettings;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.SharedKillSwitch;

/** The routes that answer questions about rollups and show live counts. */
public final class QueryRoutes {
    private QueryRoutes() {}

    /** What answers questions about rollups. */
    public record Rollups(Collection<RolledUpStream> streams, Buckets buckets, Executor executor) {}

    /**
     * Adds those that ask rollups. They come before the counters, whose path would take theirs, too.
     *
     * @param rollups whose executor may block, and refuses what it has no room for
     */
    public static void addRollups(
            Routes.Builder routes,
            Collection<StreamDefinition> definitions,
            Rollups rollups,
            QuerySettings settings,
            HttpSettings http,
            MeterRegistry meters) {
        QueryStreams streams = new QueryStreams(definitions, rollups.streams());
        InstantSource clock = InstantSource.system();
        QueryCalls series = new QueryCalls("series", rollups.executor(), http, meters);
        Executor searching = new LimitedExecutor(rollups.executor(), settings.searches(), settings.maxWaiting());
        QueryCalls top = new QueryCalls("top", searching, http, meters);
        routes.add("GET", SeriesHandler.PATH, new SeriesHandler(streams, rollups.buckets(), series, settings, clock));
        routes.add("GET", TopHandler.PATH, new TopHandler(streams, rollups.buckets(), top, settings, clock));
    }

    /**
     * Adds those that show live counts.
     *
     * @param stop ends what is told for as long as somebody listens
     */
    public static void addLive(
            Routes.Builder routes,
            Collection<StreamDefinition> definitions,
            Partitions partitions,
            QuerySettings settings,
            HttpSettings http,
            SharedKillSwitch stop,
            MeterRegistry meters,
            ActorSystem<?> system) {
        CountedStreams streams = new CountedStreams(definitions);
        Counts counts = new Counts(partitions, system, http.countTimeout());
        routes.add(
                "GET",
                LiveHandler.PATH,
                new LiveHandler(
                        streams,
                        counts,
                        settings,
                        new Listeners(Listeners.Kind.COUNTS, settings.maxListeners(), http, stop, meters)));
        routes.add(
                "GET",
                BadgeHandler.PATH,
                Admission.ofBadges(settings, http, meters).guard(new BadgeHandler(streams, counts, settings, http)));
    }

    static HttpResponse refused(Refusal refusal) {
        Problem problem = Problem.of(refusal.reason(), refusal.detail());
        if (refusal.field() != null) {
            problem.with("field", refusal.field());
        }
        return problem.response();
    }
}

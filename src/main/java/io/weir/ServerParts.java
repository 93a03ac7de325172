package io.weir;

import com.typesafe.config.Config;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.enrich.Enrichers;
import io.weir.live.Partitions;
import io.weir.log.RedisEventLog;
import io.weir.pipeline.LayoutKeeper;
import io.weir.pipeline.PartitionContexts;
import io.weir.redis.SharedRedis;
import io.weir.settings.HttpSettings;
import io.weir.store.Catalog;
import io.weir.store.Database;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * What a running server has, for the features that are built on it.
 *
 * @param weir the settings below {@code weir}
 * @param contexts what each partition works with
 * @param enrichers what computes fields of events at the door
 */
record ServerParts(
        Config weir,
        ActorSystem<?> system,
        List<StreamDefinition> definitions,
        HttpSettings http,
        Database database,
        Catalog catalog,
        RedisEventLog eventLog,
        SharedRedis sharedRedis,
        PartitionContexts contexts,
        LayoutKeeper layouts,
        Partitions partitions,
        PrometheusMeterRegistry meters,
        Enrichers enrichers) {

    /** For what waits for the database. */
    Executor jdbcExecutor() {
        return system.dispatchers().lookup(DispatcherSelector.fromConfig("weir.jdbc-dispatcher"));
    }
}

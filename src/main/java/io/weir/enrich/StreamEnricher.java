package io.weir.enrich;

import io.weir.definition.Enrichment;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.event.EventEnricher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes what one stream's definition asks for, one step after another. A step whose input is not there leaves its outputs
 * as they are: an event that comes again from the dead letters may have been enriched while it was.
 */
final class StreamEnricher implements EventEnricher {
    private final EventEnricher[] steps;

    /**
     * The enricher of a stream.
     *
     * @param countries null when there is no database
     */
    StreamEnricher(StreamDefinition definition, UserAgents agents, @Nullable CountryDatabase countries) {
        List<EventEnricher> all = new ArrayList<>();
        for (Enrichment enrichment : definition.enrichments()) {
            all.add(step(enrichment, agents, countries));
        }
        for (Field field : definition.fields()) {
            if (field.isTransient()) {
                all.add(values -> values[field.index()] = null);
            }
        }
        this.steps = all.toArray(new EventEnricher[0]);
    }

    @Override
    public void enrich(@Nullable Object[] values) {
        for (EventEnricher step : steps) {
            step.enrich(values);
        }
    }

    private static EventEnricher step(Enrichment enrichment, UserAgents agents, @Nullable CountryDatabase countries) {
        int input = enrichment.input().index();
        return switch (enrichment.kind()) {
            case USER_AGENT -> {
                Field browser = enrichment.output("browser");
                Field os = enrichment.output("os");
                Field device = enrichment.output("device");
                yield values -> {
                    if (values[input] instanceof String userAgent) {
                        Agent agent = agents.of(userAgent);
                        set(values, browser, agent.browser());
                        set(values, os, agent.os());
                        set(values, device, agent.device());
                    }
                };
            }
            case BOT -> {
                Field isBot = enrichment.output("is_bot");
                yield values -> {
                    if (isBot != null && (values[input] != null || values[isBot.index()] == null)) {
                        values[isBot.index()] =
                                agents.of((String) values[input]).isBot();
                    }
                };
            }
            case REFERRER -> {
                Field domain = enrichment.output("referrer_domain");
                yield values -> {
                    if (values[input] instanceof String url) {
                        set(values, domain, Referrers.domain(url));
                    }
                };
            }
            case UTM -> {
                List<Field> parameters = List.copyOf(enrichment.outputs().values());
                yield values -> {
                    if (values[input] instanceof String url) {
                        UtmParameters.read(url, parameters, values);
                    }
                };
            }
            case COUNTRY -> {
                Field country = enrichment.output("country");
                yield values -> {
                    if (countries != null && values[input] instanceof String address) {
                        set(values, country, countries.country(address));
                    }
                };
            }
            case ANONYMOUS_IP ->
                values -> {
                    if (values[input] instanceof String address) {
                        values[input] = AnonymousAddress.of(address);
                    }
                };
        };
    }

    private static void set(@Nullable Object[] values, @Nullable Field field, @Nullable String value) {
        if (field != null) {
            // names that the parser makes are short, unless somebody made them up
            values[field.index()] = value == null || value.length() <= field.maxLength()
                    ? value
                    : value.substring(0, field.maxLength());
        }
    }
}

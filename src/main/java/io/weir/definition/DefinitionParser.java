package io.weir.definition;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns parsed definition files into stream definitions, and tells everything that is wrong with them at once. */
public final class DefinitionParser {
    /**
     * A parsed file; its streams are under {@code weir.streams}.
     *
     * @param file its name, for messages
     */
    public record Source(String file, Config config) {}

    /** The definitions without fault, in the order of the sources, and the faults of all others. */
    public record Parsed(List<StreamDefinition> definitions, List<DefinitionFault> faults) {
        public Parsed {
            definitions = List.copyOf(definitions);
            faults = List.copyOf(faults);
        }
    }

    private final List<DefinitionFault> faults = new ArrayList<>();
    private final List<StreamDefinition> definitions = new ArrayList<>();
    /** Where each name, path and Redis key was said first, as file:line. */
    private final Map<String, String> names = new HashMap<>();

    private final Map<String, String> paths = new HashMap<>();
    private final Map<String, String> redisKeys = new HashMap<>();
    private final StreamDefaults defaults;

    private DefinitionParser(StreamDefaults defaults) {
        this.defaults = defaults;
    }

    /**
     * Parses definitions and checks each, and all against each other.
     *
     * @param streamDefaults what {@code weir.stream-defaults} holds
     */
    public static Parsed parse(List<Source> sources, Config streamDefaults) {
        List<DefinitionFault> faultsOfDefaults = new ArrayList<>();
        StreamDefaults defaults = StreamDefaults.read(streamDefaults, faultsOfDefaults);
        if (defaults == null) {
            return new Parsed(List.of(), faultsOfDefaults);
        }
        DefinitionParser parser = new DefinitionParser(defaults);
        sources.forEach(parser::parse);
        return new Parsed(parser.definitions, parser.faults);
    }

    private void parse(Source source) {
        Faults fileFaults = new Faults(source.file(), faults);
        Section root = Section.of(fileFaults, "", source.config().root());
        Section weir = root == null ? null : root.only("weir").section("weir");
        Section streams = weir == null ? null : weir.only("streams").section("streams");
        if (streams == null || streams.entries().isEmpty()) {
            fileFaults.add(
                    source.config().root().origin(),
                    "weir.streams",
                    "holds no stream",
                    "begin the definition with weir.streams.NAME { … }");
            return;
        }
        for (Map.Entry<String, ConfigValue> entry : streams.entries()) {
            String path = streams.pathOf(entry.getKey());
            Section section = Section.of(fileFaults, path, entry.getValue());
            if (section != null) {
                parseStream(fileFaults, entry.getKey(), section);
            }
        }
    }

    private void parseStream(Faults fileFaults, String name, Section section) {
        int before = faults.size();
        StreamDefinition definition = new StreamParser(name, fileFaults.file(), section, defaults).parse();
        claim(names, name, section, fileFaults, section.path(), section.origin(), "a stream of this name");
        IngestSettings ingest = definition.ingest();
        Section ingestSection = section.has("ingest") ? section.section("ingest") : null;
        ConfigValue path = ingestSection == null ? null : ingestSection.get("path");
        if (ingest.path() != null && ingestSection != null && path != null) {
            claim(
                    paths,
                    ingest.path(),
                    section,
                    fileFaults,
                    ingestSection.pathOf("path"),
                    path.origin(),
                    "the path " + ingest.path());
        }
        ConfigValue redisKey = section.get("redis-key");
        ConfigOrigin keyOrigin = redisKey == null ? section.origin() : redisKey.origin();
        for (int partition = 0; partition < definition.partitions(); partition++) {
            String key = definition.partitionKey(partition);
            String keyPath = section.pathOf("redis-key");
            if (!claim(redisKeys, key, section, fileFaults, keyPath, keyOrigin, "the Redis key " + key)) {
                break;
            }
        }
        if (faults.size() == before) {
            definitions.add(definition);
        }
    }

    /** Takes what only one stream may have; a fault and false when another has it. */
    private static boolean claim(
            Map<String, String> taken,
            String value,
            Section section,
            Faults fileFaults,
            String key,
            ConfigOrigin origin,
            String what) {
        String place = section.path() + " in " + fileFaults.file();
        String other = taken.putIfAbsent(value, place);
        if (other == null) {
            return true;
        }
        fileFaults.add(origin, key, what + " is also that of " + other, "give each stream its own");
        return false;
    }
}

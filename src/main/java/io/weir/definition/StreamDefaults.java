package io.weir.definition;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a definition leaves out; {@code weir.stream-defaults} in the configuration. */
record StreamDefaults(
        int partitions,
        long maxDepth,
        WindowSettings window,
        Duration retention,
        Duration dedupWindow,
        int partitionAheadDays,
        int maxLength) {
    /** Null when something is wrong with them, which is then among the faults. */
    static @Nullable StreamDefaults read(Config config, List<DefinitionFault> found) {
        String path = "weir.stream-defaults";
        String description = config.root().origin().description();
        Faults faults = new Faults(description.replaceFirst(": \\d+(-\\d+)?$", ""), found);
        int before = found.size();
        Section root = Section.of(faults, path, config.root());
        if (root == null) {
            return null;
        }
        root.only("partitions", "max-depth", "window", "retention", "dedup", "partition", "field");
        Long partitions = root.wholeNumber("partitions", 1, StreamLayout.MAX_PARTITIONS);
        Long maxDepth = root.wholeNumber("max-depth", 1, Long.MAX_VALUE);
        Duration retention = root.duration("retention");
        Section windowSection = root.section("window");
        WindowSettings window = windowSection == null ? null : StreamParser.window(windowSection, null);
        Section dedup = root.section("dedup");
        Duration dedupWindow = dedup == null ? null : DedupParser.window(dedup);
        Section partition = root.section("partition");
        Integer ahead = partition == null
                ? null
                : PartitionParser.days(partition.only("ahead"), "ahead", PartitionParser.MAX_AHEAD_DAYS);
        Section field = root.section("field");
        Long maxLength =
                field == null ? null : field.only("max-length").wholeNumber("max-length", 1, Integer.MAX_VALUE);
        if (partitions == null
                || maxDepth == null
                || retention == null
                || window == null
                || dedupWindow == null
                || ahead == null
                || maxLength == null) {
            if (found.size() == before) {
                root.fault(
                        "is incomplete",
                        "set partitions, max-depth, window, retention, dedup.window, partition.ahead and"
                                + " field.max-length");
            }
            return null;
        }
        return found.size() == before
                ? new StreamDefaults(
                        Math.toIntExact(partitions),
                        maxDepth,
                        window,
                        retention,
                        dedupWindow,
                        ahead,
                        Math.toIntExact(maxLength))
                : null;
    }
}

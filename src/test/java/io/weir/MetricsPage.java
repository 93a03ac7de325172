package io.weir;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page of metrics holds.
 *
 * @param types of the families, by their names
 * @param labels of the series, by the names of those, without what tells buckets apart
 */
record MetricsPage(Map<String, String> types, Map<String, Set<String>> labels) {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern SERIES = Pattern.compile("(?m)^([a-z]\\w*)(?:\\{(.*)})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    static MetricsPage parse(String text) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        TYPE.matcher(text).results().forEach(type -> types.put(type.group(1), type.group(2)));
        Matcher series = SERIES.matcher(text);
        while (series.find()) {
            Set<String> of = labels.computeIfAbsent(series.group(1), name -> new TreeSet<>());
            if (series.group(2) != null) {
                LABEL.matcher(series.group(2))
                        .results()
                        .map(label -> label.group(1))
                        .forEach(of::add);
            }
        }
        labels.values().forEach(of -> of.remove("le"));
        return new MetricsPage(types, labels);
    }

    /** The labels of a family. */
    Set<String> labelsOf(String family) {
        return labels.getOrDefault(family, labels.getOrDefault(family + "_count", Set.of()));
    }

    /** The families but those that say the longest of what a histogram beside them counts. */
    Set<String> families() {
        Set<String> families = new TreeSet<>(types.keySet());
        families.removeIf(name -> name.endsWith("_max") && types.containsKey(name.substring(0, name.length() - 4)));
        return families;
    }
}

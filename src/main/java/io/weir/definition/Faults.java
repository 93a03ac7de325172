package io.weir.definition;

import com.typesafe.config.ConfigOrigin;
import java.util.Collection;
import java.util.List;

/** Collects what is wrong with one file. */
final class Faults {
    private final String file;
    private final List<DefinitionFault> collected;

    Faults(String file, List<DefinitionFault> collected) {
        this.file = file;
        this.collected = collected;
    }

    void add(ConfigOrigin origin, String key, String problem, String remedy) {
        int line = origin.lineNumber();
        collected.add(new DefinitionFault(line > 0 ? file + ":" + line : file, key, problem, remedy));
    }

    String file() {
        return file;
    }

    /** Says which keys there are, the one that was probably meant first. */
    static String insteadOf(String unknown, Collection<String> known) {
        String nearest = null;
        int nearestDistance = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(unknown, candidate);
            if (distance < nearestDistance) {
                nearest = candidate;
                nearestDistance = distance;
            }
        }
        String all = String.join(", ", known.stream().sorted().toList());
        return nearest != null
                        && nearestDistance < unknown.length()
                        && nearestDistance <= Math.max(2, unknown.length() / 3)
                ? "did you mean " + nearest + "? There are: " + all
                : known.isEmpty() ? "remove it" : "use one of: " + all;
    }

    /** How many letters must be inserted, deleted or replaced to make one word the other. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] current = new int[other.length() + 1];
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[other.length()];
    }
}

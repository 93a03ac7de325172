package io.weir.ops;

import java.util.List;

/**
 * What a probe answers.
 *
 * @param status one word
 * @param reasons what speaks against it; empty when all is well
 */
public record ProbeReport(String status, List<Reason> reasons) {
    /**
     * Something that speaks against it.
     *
     * @param name one word, which stays the same from version to version
     * @param detail for a person
     */
    public record Reason(String name, String detail) {}

    public ProbeReport {
        reasons = List.copyOf(reasons);
    }

    public boolean isGood() {
        return reasons.isEmpty();
    }
}

package io.weir.chaos;

import io.weir.chaos.Stored.Totals;
import io.weir.definition.RollupStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a comparison of the ledger with the database found.
 *
 * @param events events that were accepted
 * @param lost accepted, and neither stored nor a dead letter; or stored and not counted; or counted and not rolled up
 * @param doubled stored, dead, counted or rolled up more than once; or stored although it was refused
 * @param findings the first of them, for a person
 */
record Verdict(long events, long lost, long doubled, List<String> findings) {
    private static final int MAX_FINDINGS = 20;

    Verdict {
        findings = List.copyOf(findings);
    }

    boolean isExact() {
        return lost == 0 && doubled == 0 && findings.isEmpty();
    }

    Verdict plus(Verdict other) {
        List<String> all = new ArrayList<>(findings);
        all.addAll(other.findings);
        return new Verdict(events + other.events, lost + other.lost, doubled + other.doubled, all);
    }

    /**
     * Compares a stream's events from {@code first} on one by one, and its counters as a whole.
     *
     * @param stored holds the rows from {@code first} on
     */
    static Verdict of(EventStream stream, Ledger ledger, int first, Stored stored) {
        Judge judge = new Judge(stream, ledger);
        judge.deadLetters(stored);
        if (stream.hasRows()) {
            judge.rows(stored, first);
            judge.countersAgainstRows(stored);
        } else {
            judge.countersAgainstLedger(stored);
        }
        judge.rollupsAgainstCounters(stored);
        long events =
                (long) ledger.count(stream, first, Outcome.ACCEPTED) + ledger.count(stream, first, Outcome.COMMITTED);
        return new Verdict(events, judge.lost, judge.doubled, judge.findings);
    }

    private static final class Judge {
        private final EventStream stream;
        private final Ledger ledger;
        private final List<String> findings = new ArrayList<>();
        private long lost;
        private long doubled;

        Judge(EventStream stream, Ledger ledger) {
            this.stream = stream;
            this.ledger = ledger;
        }

        void deadLetters(Stored stored) {
            stored.dead().forEach((event, letters) -> {
                if (letters > 1) {
                    doubled(letters - 1, "event " + event + " has " + letters + " dead letters");
                }
                if (ledger.outcome(stream, event) == Outcome.REFUSED) {
                    doubled(1, "event " + event + " was refused and is a dead letter");
                }
            });
        }

        void rows(Stored stored, int first) {
            stored.rows().forEach((event, rows) -> {
                if (rows > 1) {
                    doubled(rows - 1, "event " + event + " has " + rows + " rows");
                }
                if (stored.dead().containsKey(event)) {
                    doubled(1, "event " + event + " has a row and a dead letter");
                }
                if (ledger.outcome(stream, event) == Outcome.REFUSED) {
                    doubled(1, "event " + event + " was refused, or never sent, and is stored");
                }
            });
            for (int event = first; event < ledger.size(stream); event++) {
                Outcome outcome = ledger.outcome(stream, event);
                if (outcome.compareTo(Outcome.ACCEPTED) >= 0 && !stored.has(event)) {
                    lost(1, "event " + event + " was " + outcome + " and is not stored");
                }
            }
        }

        void countersAgainstRows(Stored stored) {
            Set<Integer> entities = new HashSet<>(stored.rowTotals().keySet());
            entities.addAll(stored.counters().keySet());
            for (int entity : entities) {
                between(
                        "entity e" + entity,
                        stored.counters().getOrDefault(entity, Totals.NONE),
                        stored.rowTotals().getOrDefault(entity, Totals.NONE),
                        stored.rowTotals().getOrDefault(entity, Totals.NONE));
            }
        }

        /** Without rows all that can be known is: accepted ≤ counted ≤ accepted + unknown. */
        void countersAgainstLedger(Stored stored) {
            Totals[] least = new Totals[EventStream.ENTITIES];
            Totals[] most = new Totals[EventStream.ENTITIES];
            java.util.Arrays.fill(least, Totals.NONE);
            java.util.Arrays.fill(most, Totals.NONE);
            for (int event = 0; event < ledger.size(stream); event++) {
                Outcome outcome = ledger.outcome(stream, event);
                if (outcome == Outcome.REFUSED || stored.dead().containsKey((long) event)) {
                    continue;
                }
                int entity = EventStream.entity(event);
                most[entity] = most[entity].plus(1, EventStream.amount(event));
                if (outcome != Outcome.UNKNOWN) {
                    least[entity] = least[entity].plus(1, EventStream.amount(event));
                }
            }
            for (int entity = 0; entity < EventStream.ENTITIES; entity++) {
                between(
                        "entity e" + entity,
                        stored.counters().getOrDefault(entity, Totals.NONE),
                        least[entity],
                        most[entity]);
            }
        }

        /** Each step holds what the counters do, whatever that is. */
        void rollupsAgainstCounters(Stored stored) {
            for (RollupStep step : RollupStep.values()) {
                Map<Integer, Totals> sums = stored.rollups().getOrDefault(step, Map.of());
                Set<Integer> entities = new HashSet<>(sums.keySet());
                entities.addAll(stored.counters().keySet());
                for (int entity : entities) {
                    Totals counted = stored.counters().getOrDefault(entity, Totals.NONE);
                    between(
                            "by " + step.label() + ", entity e" + entity,
                            sums.getOrDefault(entity, Totals.NONE),
                            counted,
                            counted);
                }
            }
        }

        private void between(String what, Totals counted, Totals least, Totals most) {
            if (counted.events() < least.events()) {
                lost(
                        least.events() - counted.events(),
                        what + " counts " + counted.events() + " events, at least " + least.events());
            } else if (counted.events() > most.events()) {
                doubled(
                        counted.events() - most.events(),
                        what + " counts " + counted.events() + " events, at most " + most.events());
            } else if (counted.amount() < least.amount() || counted.amount() > most.amount()) {
                find(what + " has the amount " + counted.amount() + ", and not from " + least.amount() + " to "
                        + most.amount());
            }
        }

        private void lost(long number, String finding) {
            lost += number;
            find("lost: " + finding);
        }

        private void doubled(long number, String finding) {
            doubled += number;
            find("doubled: " + finding);
        }

        private void find(String finding) {
            if (findings.size() < MAX_FINDINGS) {
                findings.add(stream.key() + ": " + finding);
            }
        }
    }
}

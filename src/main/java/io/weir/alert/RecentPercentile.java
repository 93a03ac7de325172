package io.weir.alert;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * A percentile, in milliseconds, of what a timer with a histogram has recorded from one look to the next: exact at the
 * bounds of its buckets and read off a straight line between them. Where nothing was recorded it is not known, and after
 * a while 0.
 */
public final class RecentPercentile implements DoubleSupplier {
    private final Timer timer;
    private final double share;
    private final Idleness idleness;
    private double[] last;
    private long lastCount;

    /**
     * A percentile.
     *
     * @param share of what was recorded that took at most so long, as 0.95
     * @param idleLooks without anything recorded after which it is 0
     */
    public RecentPercentile(Timer timer, double share, int idleLooks) {
        this.timer = timer;
        this.share = share;
        this.idleness = new Idleness(idleLooks);
        HistogramSnapshot begin = timer.takeSnapshot();
        this.last = counts(begin.histogramCounts());
        this.lastCount = begin.count();
    }

    @Override
    public double getAsDouble() {
        HistogramSnapshot now = timer.takeSnapshot();
        CountAtBucket[] buckets = now.histogramCounts();
        double[] counts = counts(buckets);
        long recorded = now.count() - lastCount;
        double percentile = idleness.figure(recorded <= 0, () -> percentile(buckets, counts, share * recorded, now));
        last = counts;
        lastCount = now.count();
        return percentile;
    }

    private double percentile(CountAtBucket[] buckets, double[] counts, double wanted, HistogramSnapshot now) {
        double lowerBound = 0;
        double below = 0;
        for (int i = 0; i < buckets.length; i++) {
            double bound = buckets[i].bucket(TimeUnit.MILLISECONDS);
            double upTo = counts[i] - (i < last.length ? last[i] : 0);
            if (upTo >= wanted && upTo > below) {
                return lowerBound + (bound - lowerBound) * (wanted - below) / (upTo - below);
            }
            lowerBound = bound;
            below = upTo;
        }
        // beyond the last bucket only the longest is known, and that may be of an earlier look
        return Math.max(lowerBound, now.max(TimeUnit.MILLISECONDS));
    }

    private static double[] counts(CountAtBucket[] buckets) {
        double[] counts = new double[buckets.length];
        for (int i = 0; i < buckets.length; i++) {
            counts[i] = buckets[i].count();
        }
        return counts;
    }
}

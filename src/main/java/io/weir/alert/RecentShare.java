package io.weir.alert;

import java.util.function.DoubleSupplier;

/** How much of what was added to a sum from one look to the next was added to another one too, in percent. */
public final class RecentShare implements DoubleSupplier {
    private static final int PERCENT = 100;

    private final SinceLastLook part;
    private final SinceLastLook whole;
    private final Idleness idleness;

    /**
     * A share.
     *
     * @param idleLooks without anything added after which it is 0; before that it is not known
     */
    public RecentShare(DoubleSupplier part, DoubleSupplier whole, int idleLooks) {
        this.part = new SinceLastLook(part);
        this.whole = new SinceLastLook(whole);
        this.idleness = new Idleness(idleLooks);
    }

    @Override
    public double getAsDouble() {
        double some = part.getAsDouble();
        double all = whole.getAsDouble();
        return idleness.figure(all <= 0, () -> PERCENT * some / all);
    }
}

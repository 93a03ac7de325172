package io.weir.alert;

import java.util.function.DoubleSupplier;

/** How much a sum has grown from one look to the next. */
public final class SinceLastLook implements DoubleSupplier {
    private final DoubleSupplier sum;
    private double last;

    public SinceLastLook(DoubleSupplier sum) {
        this.sum = sum;
        this.last = sum.getAsDouble();
    }

    @Override
    public double getAsDouble() {
        double now = sum.getAsDouble();
        double grown = now - last;
        last = now;
        return grown;
    }
}

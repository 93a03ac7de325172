package io.weir.store;

/** The connections of a pool at a moment; the figures are read one after the other. */
public record PoolState(int active, int idle, int total, int waitingThreads, int maximum) {}

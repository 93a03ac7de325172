package io.weir.event;

/**
 * What one request may hold.
 *
 * @param maxEvents events in it
 * @param maxEventBytes bytes of one event, as sent
 * @param maxDepth nesting of JSON objects and arrays
 */
public record DecodeLimits(int maxEvents, int maxEventBytes, int maxDepth) {}

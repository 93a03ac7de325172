// What all nodes did between two snapshots: events a second, and transactions and their milliseconds.

/**
 * Of each node by its own clock. What a node did that only one of the two tells of is left out, for nobody knows how long it
 * took; one that started anew counts from 0.
 */
export function growth(before, now) {
  const grown = { accepted: 0, committed: 0, flushes: 0, flushMillis: 0 };
  for (const stream of now.streams) {
    const then = before.streams.find((one) => one.stream === stream.stream);
    for (const node of stream.nodes) {
      const earlier = then?.nodes.find((one) => one.node === node.node);
      const seconds = earlier ? (node.at - earlier.at) / 1000 : 0;
      if (seconds > 0) {
        const more = (figure) => Math.max(0, node[figure] - earlier[figure]);
        grown.accepted += more('accepted') / seconds;
        grown.committed += more('committed') / seconds;
        grown.flushes += more('flushes');
        grown.flushMillis += more('flushMillis');
      }
    }
  }
  return grown;
}

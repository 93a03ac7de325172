package io.weir.build.violations.ops;

import org.apache.pekko.discovery.ServiceDiscovery;

/** Breaks a rule of the architecture on purpose. */
public record LooksForNodes(ServiceDiscovery discovery) {}

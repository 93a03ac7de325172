package io.weir.build.violations.cli;

import redis.embedded.RedisServer;

/** Breaks a rule of the architecture on purpose. */
record StartsRedis(RedisServer server) {}

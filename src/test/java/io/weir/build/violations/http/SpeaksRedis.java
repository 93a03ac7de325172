package io.weir.build.violations.http;

import io.lettuce.core.RedisClient;

/** Breaks a rule of the architecture on purpose. */
record SpeaksRedis(RedisClient client) {}

package io.weir.simulation;

/** What can go wrong. Each schedule draws the kinds that it has, so that a kind meets others in all numbers. */
enum Fault {
    KILL,
    FREEZE,
    SECOND_OWNER,
    REDIS_CONNECTION_LOST,
    REDIS_ROLLED_BACK,
    REDIS_PROMOTED_WITH_A_SLOW_CLOCK,
    REDIS_FLUSHED,
    GROUP_DESTROYED,
    GROUP_SET_BACK,
    CONSUMER_DELETED,
    READ_REPLY_LOST,
    APPEND_REPLY_LOST,
    DATABASE_CRASHED,
    DATABASE_AWAY,
    DATABASE_FAILED_OVER_WITH_A_LAG,
    DATABASE_CONNECTION_LOST,
    COMMIT_REPLY_LOST,
    COMMIT_TIMED_OUT,
    DEADLOCK,
    TABLE_MISSING
}

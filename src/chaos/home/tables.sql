-- What the streams of the proof by faults write. The amount 5000 is what a bad event holds.
CREATE TABLE chaos_clicks (
    id text PRIMARY KEY, events bigint NOT NULL DEFAULT 0, amount bigint NOT NULL DEFAULT 0,
    largest bigint CHECK (largest < 1000));
CREATE TABLE chaos_plain (seq bigint, entity text, amount bigint CHECK (amount < 1000));
CREATE INDEX chaos_plain_seq ON chaos_plain (seq);
CREATE TABLE chaos_plain_totals (
    id text PRIMARY KEY, events bigint NOT NULL DEFAULT 0, amount bigint NOT NULL DEFAULT 0);
CREATE TABLE chaos_keyed (event_key text UNIQUE, seq bigint, entity text, amount bigint CHECK (amount < 1000));
CREATE INDEX chaos_keyed_seq ON chaos_keyed (seq);
CREATE TABLE chaos_keyed_totals (
    id text PRIMARY KEY, events bigint NOT NULL DEFAULT 0, amount bigint NOT NULL DEFAULT 0);

-- The tables that the definitions in conf/streams/ write. A table that exists already is left as it is.
-- Columns that hold an event's idempotency key are unique and not NOT NULL: an event without a key has null there.

CREATE TABLE IF NOT EXISTS links (
    id           text PRIMARY KEY,
    clicks       bigint NOT NULL DEFAULT 0,
    last_clicked timestamptz
);

CREATE TABLE IF NOT EXISTS projects (
    id           text PRIMARY KEY,
    usage        bigint NOT NULL DEFAULT 0,
    total_clicks bigint NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS stories (
    id          text PRIMARY KEY,
    read_count  bigint NOT NULL DEFAULT 0,
    last_viewed timestamptz
);

CREATE TABLE IF NOT EXISTS chapters (
    id          text PRIMARY KEY,
    read_count  bigint NOT NULL DEFAULT 0,
    last_viewed timestamptz
);

CREATE TABLE IF NOT EXISTS pages (
    path        text PRIMARY KEY,
    views       bigint NOT NULL DEFAULT 0,
    bytes       bigint NOT NULL DEFAULT 0,
    last_viewed timestamptz
);

CREATE TABLE IF NOT EXISTS page_views (
    event_key  text UNIQUE,
    path       text,
    status     bigint,
    bytes      bigint,
    referrer   text,
    user_agent text,
    visitor    text,
    viewed_at  timestamptz
);
CREATE INDEX IF NOT EXISTS page_views_path_viewed_at ON page_views (path, viewed_at);

CREATE TABLE IF NOT EXISTS session_events (
    event_key      text UNIQUE,
    session_id     uuid,
    occurred_at    timestamptz,
    event_type     text,
    page_url       text,
    target_element text
);
CREATE INDEX IF NOT EXISTS session_events_session_id ON session_events (session_id);

CREATE TABLE IF NOT EXISTS events (
    event_id    text UNIQUE,
    type        text,
    occurred_at timestamptz,
    platform    text,
    user_id     text,
    session_id  text,
    properties  jsonb
);
CREATE INDEX IF NOT EXISTS events_occurred_at ON events (occurred_at);

CREATE TABLE IF NOT EXISTS web_events (
    event_id    text UNIQUE,
    occurred_at timestamptz,
    url         text,
    referrer    text,
    user_agent  text,
    screen      text
);

CREATE TABLE IF NOT EXISTS mobile_events (
    event_id    text UNIQUE,
    occurred_at timestamptz,
    app_version text,
    os          text,
    device      text
);

CREATE TABLE IF NOT EXISTS server_events (
    event_id    text UNIQUE,
    occurred_at timestamptz,
    service     text,
    host        text,
    duration_ms bigint
);

CREATE TABLE IF NOT EXISTS geo_events (
    event_id    text UNIQUE,
    occurred_at timestamptz,
    country     text,
    region      text,
    city        text,
    latitude    double precision,
    longitude   double precision
);

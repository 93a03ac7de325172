-- Short links and the clicks on them. Tables that exist already are left as they are.

CREATE TABLE IF NOT EXISTS short_links (
    code         text PRIMARY KEY,
    url          text NOT NULL,
    project      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- grows with every change of the link, and is what caches tell an older state from a newer one by
    updated_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz,
    clicks       bigint NOT NULL DEFAULT 0,
    last_clicked timestamptz
) WITH (fillfactor = 80);  -- each window updates the counters of the links that it touches, in place where there is room
CREATE INDEX IF NOT EXISTS short_links_project_code ON short_links (project, code);

CREATE TABLE IF NOT EXISTS click_events (
    event_key    text UNIQUE,
    short_code   text,
    clicked_at   timestamptz,
    address      inet,
    user_agent   text,
    referrer     text,
    original_url text
);
CREATE INDEX IF NOT EXISTS click_events_short_code_clicked_at ON click_events (short_code, clicked_at);

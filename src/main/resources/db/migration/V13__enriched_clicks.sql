-- What is computed of clicks before they are stored.

ALTER TABLE click_events
    ADD COLUMN IF NOT EXISTS browser         text,
    ADD COLUMN IF NOT EXISTS os              text,
    ADD COLUMN IF NOT EXISTS device          text,
    ADD COLUMN IF NOT EXISTS is_bot          boolean,
    ADD COLUMN IF NOT EXISTS referrer_domain text,
    ADD COLUMN IF NOT EXISTS utm_source      text,
    ADD COLUMN IF NOT EXISTS utm_medium      text,
    ADD COLUMN IF NOT EXISTS utm_campaign    text,
    ADD COLUMN IF NOT EXISTS country         text;

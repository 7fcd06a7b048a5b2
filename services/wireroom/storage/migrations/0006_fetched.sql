-- What the last whole page of an article showed, so that the next fetch can ask for news only.
-- Its row in article was made of that page, or had the same text already.

CREATE TABLE fetched (
    article_id uuid PRIMARY KEY,
    etag text,
    last_modified text,
    body_hash bytea NOT NULL,
    signals text[] NOT NULL,
    fetched_at timestamptz NOT NULL
);
COMMENT ON COLUMN fetched.etag IS 'header byte for byte, as is last_modified';
COMMENT ON COLUMN fetched.body_hash IS 'SHA-256 of the decoded body: some servers change their validators each time';
COMMENT ON COLUMN fetched.signals IS 'what the page says of its use: paywall, noai, noarchive, tdm_reserved ...';

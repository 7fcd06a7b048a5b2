-- Articles, what they were before, and by which other URLs they are known.
-- Nothing newer than PostgreSQL 16; no extensions.

CREATE TABLE article (
    article_id uuid PRIMARY KEY,
    url text,
    canonical_url text,
    source text,
    title text,
    text text NOT NULL,
    authors text[] NOT NULL,
    published_at timestamptz,
    published_offset integer,
    zone_assumed boolean NOT NULL,
    language text NOT NULL,
    language_confidence double precision NOT NULL,
    language_source text NOT NULL,
    subjects jsonb NOT NULL,
    subjects_missing text,
    keyphrases jsonb NOT NULL,
    copyright_notice text,
    removed jsonb NOT NULL,
    provenance jsonb NOT NULL,
    versions jsonb NOT NULL,
    content_hash bytea NOT NULL,
    revision integer NOT NULL,
    duplicate_of uuid,
    lane text NOT NULL,
    probe boolean NOT NULL,
    feed_url text,
    submitted_by text,
    submission_id uuid NOT NULL,
    accepted_at timestamptz NOT NULL,
    first_seen_at timestamptz NOT NULL,
    indexed_at timestamptz NOT NULL,
    CONSTRAINT article_not_its_own_copy CHECK (duplicate_of <> article_id)
);

-- Half of what a row costs is compressing its text; lz4, where the server has it, takes 0.4 of that.
DO $$
BEGIN
    ALTER TABLE article ALTER COLUMN text SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END
$$;

COMMENT ON COLUMN article.content_hash IS 'SHA-256 of the normalised text; of title and text where the text is very short';
COMMENT ON COLUMN article.revision IS '1 for the first text, one more for each new one';
COMMENT ON COLUMN article.duplicate_of IS 'the article that had this text first; never itself a copy';
COMMENT ON COLUMN article.probe IS 'canary and verification articles: not in the view articles, not in search';
COMMENT ON COLUMN article.accepted_at IS 'broker time of the intake record of the latest revision';
COMMENT ON COLUMN article.first_seen_at IS 'broker time of the first intake record; never changes';
COMMENT ON COLUMN article.published_offset IS 'the publisher''s own offset from UTC in minutes';

-- The oldest article with the same content: one index step however many copies there are.
CREATE INDEX article_content ON article (content_hash, probe, first_seen_at, article_id);
CREATE INDEX article_copies ON article (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX article_newest ON article ((coalesce(published_at, first_seen_at)) DESC, article_id)
    WHERE NOT probe;
-- Rows are written in this order, so a few pages of index do for exports of what is new.
CREATE INDEX article_indexed ON article USING brin (indexed_at);

-- Other URLs of an article. key: UUIDv5 of the canonical form, made as article ids are. A URL
-- that is an article's own identity is that article, whatever stands here.
CREATE TABLE article_alias (
    key uuid PRIMARY KEY,
    url text NOT NULL,
    article_id uuid NOT NULL
);
CREATE INDEX article_alias_article ON article_alias (article_id);

CREATE TABLE article_revision (
    article_id uuid NOT NULL,
    revision integer NOT NULL,
    title text,
    text text NOT NULL,
    content_hash bytea NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (article_id, revision)
);
COMMENT ON TABLE article_revision IS 'texts that a newer one has replaced';

-- What stood beside the text, as seen with each revision: trends count these apart from articles.
CREATE TABLE headline (
    article_id uuid NOT NULL,
    revision integer NOT NULL,
    position integer NOT NULL,
    text text NOT NULL,
    language text,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (article_id, revision, position)
);

CREATE VIEW articles AS
SELECT article_id, coalesce(canonical_url, url) AS url, source, title, text, authors, published_at,
       language, subjects, keyphrases, copyright_notice, revision, duplicate_of, first_seen_at,
       indexed_at
FROM article
WHERE NOT probe;
COMMENT ON VIEW articles IS 'what readers want; without probes';

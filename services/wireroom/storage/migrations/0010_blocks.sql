-- What the lines of a text are, so that a page can be drawn from the row.
-- A constant default: the rows that are there are not rewritten.
ALTER TABLE article ADD COLUMN blocks jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN article.blocks IS
    'from the first line of text to the last: kind, level, and how many lines; [] where nobody knows';
COMMENT ON COLUMN article.details IS
    'kind, section, tags, image_url, is_free, licence, modified_offset, language_hint, body_missing; what nobody says is not there';

CREATE OR REPLACE VIEW articles AS
SELECT article_id, coalesce(canonical_url, url) AS url, source, title, text, authors, published_at,
       language, subjects, keyphrases, copyright_notice, revision, duplicate_of, first_seen_at,
       indexed_at, blocks
FROM article
WHERE NOT probe;

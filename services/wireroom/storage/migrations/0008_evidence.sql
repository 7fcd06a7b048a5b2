-- What else a page says of an article, and what each fact was chosen from.
-- Constant defaults: the rows that are there are not rewritten.
ALTER TABLE article
    ADD COLUMN modified_at timestamptz,
    ADD COLUMN details jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN evidence jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN article.details IS
    'kind, section, tags, image_url, is_free, licence, modified_offset; what nobody says is not there';
COMMENT ON COLUMN article.evidence IS
    'for each field: value, source, confidence, whether it was chosen; at most three that lost';

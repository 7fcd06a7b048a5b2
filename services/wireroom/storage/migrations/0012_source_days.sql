-- How well clean reads each source, day by day, against what is usual for it: to see when a site
-- has changed. Counted when asked for, from the rows of these days: a brin index finds them, and
-- the hot path pays nothing.
DROP FUNCTION source_days(timestamptz);

-- The host of an address as the ledger has it, without www.
CREATE FUNCTION site_of(address text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(lower(substring(address FROM '^https?://([^/:?#]+)')), '^www\.', '')
$$;

-- The two letters of a language tag; Norwegian and Hebrew have two names each.
CREATE FUNCTION language_of(tag text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE code WHEN 'nb' THEN 'no' WHEN 'nn' THEN 'no' WHEN 'iw' THEN 'he' ELSE code END
    FROM lower(substring(tag FROM '^([A-Za-z]{2})(?:[-_]|$)')) AS code
$$;

CREATE FUNCTION source_days(since timestamptz)
RETURNS TABLE (
    source text,
    day date,
    articles bigint,
    dropped bigint,
    without_title bigint,
    without_date bigint,
    without_author bigint,
    without_body bigint,
    by_fallback bigint,
    language_conflicts bigint,
    kinds jsonb,
    median_chars integer,
    of_usual_length real
)
LANGUAGE sql STABLE AS $$
    -- octet_length reads the size of a text and not the text itself.
    WITH recent AS (
        SELECT a.*, site_of(url) AS site, (indexed_at AT TIME ZONE 'UTC')::date AS day,
               coalesce(details ->> 'kind', 'article') AS kind
        FROM article a
        WHERE indexed_at >= source_days.since AND NOT probe
    ),
    read AS (
        SELECT r.source, r.day,
               count(*) AS articles,
               count(*) FILTER (WHERE title IS NULL) AS without_title,
               count(*) FILTER (WHERE published_at IS NULL) AS without_date,
               count(*) FILTER (WHERE cardinality(authors) = 0) AS without_author,
               count(*) FILTER (WHERE details ? 'body_missing') AS without_body,
               count(*) FILTER (WHERE provenance ->> 'text' IN ('fallback', 'jsonld'))
                   AS by_fallback,
               count(*) FILTER (WHERE language <> 'und'
                   AND language_of(details ->> 'language_hint') <> language_of(language))
                   AS language_conflicts,
               (percentile_cont(0.5) WITHIN GROUP (ORDER BY length(text)))::integer
                   AS median_chars,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY octet_length(text)) AS median_size
        FROM recent r
        GROUP BY 1, 2
    ),
    kinds AS (
        SELECT counted.source, counted.day, jsonb_object_agg(kind, n) AS kinds
        FROM (SELECT r.source, r.day, kind, count(*) AS n FROM recent r GROUP BY 1, 2, 3) AS counted
        GROUP BY 1, 2
    ),
    usual AS (
        SELECT a.source,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY octet_length(text)) AS size
        FROM article a
        WHERE indexed_at >= source_days.since - interval '28 days' AND indexed_at < source_days.since AND NOT probe
        GROUP BY 1
    ),
    -- What was dropped has no row: the host that the ledger knows stands for the source that most
    -- of its articles have.
    named AS (
        SELECT site, mode() WITHIN GROUP (ORDER BY a.source) AS source
        FROM (
            SELECT site_of(url) AS site, a.source FROM article a
            WHERE indexed_at >= source_days.since - interval '28 days' AND NOT probe
        ) AS a
        GROUP BY 1
    ),
    gone AS (
        SELECT coalesce(named.source, l.source) AS source, (end_at AT TIME ZONE 'UTC')::date AS day,
               count(*) AS dropped
        FROM ledger l
        LEFT JOIN named ON named.site = regexp_replace(l.source, '^www\.', '')
        WHERE accepted_at >= source_days.since AND NOT probe
          AND end_event = (SELECT id FROM ledger_word WHERE word = 'dropped')
          AND end_stage = (SELECT id FROM ledger_word WHERE word = 'clean')
        GROUP BY 1, 2
    )
    SELECT coalesce(r.source, g.source), coalesce(r.day, g.day), coalesce(articles, 0),
           coalesce(g.dropped, 0), coalesce(without_title, 0), coalesce(without_date, 0),
           coalesce(without_author, 0), coalesce(without_body, 0), coalesce(by_fallback, 0),
           coalesce(language_conflicts, 0), coalesce(k.kinds, '{}'), median_chars,
           round((median_size / nullif(u.size, 0))::numeric, 2)::real
    FROM read r
    FULL JOIN gone g ON coalesce(g.source, '') = coalesce(r.source, '') AND g.day = r.day
    LEFT JOIN kinds k ON coalesce(k.source, '') = coalesce(r.source, '') AND k.day = r.day
    LEFT JOIN usual u ON coalesce(u.source, '') = coalesce(r.source, '')
    ORDER BY 2 DESC, 3 DESC, 1
$$;
COMMENT ON FUNCTION source_days IS
    'articles and dropped pages by source and day, and how many lack what; of_usual_length: the median length, 1 for that of the four weeks before; SELECT * FROM source_days(now() - interval ''7 days'')';

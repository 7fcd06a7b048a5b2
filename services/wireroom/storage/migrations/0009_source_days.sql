-- How well clean reads each source, day by day, to see when a site has changed. Counted when asked
-- for, from the rows of these days: a brin index finds them, and the hot path pays nothing.
CREATE FUNCTION source_days(since timestamptz)
RETURNS TABLE (
    source text,
    day date,
    articles bigint,
    without_title bigint,
    without_date bigint,
    without_author bigint,
    by_fallback bigint,
    median_chars integer
)
LANGUAGE sql STABLE AS $$
    SELECT source,
           (indexed_at AT TIME ZONE 'UTC')::date,
           count(*),
           count(*) FILTER (WHERE title IS NULL),
           count(*) FILTER (WHERE published_at IS NULL),
           count(*) FILTER (WHERE cardinality(authors) = 0),
           count(*) FILTER (WHERE provenance ->> 'text' IN ('fallback', 'jsonld')),
           (percentile_cont(0.5) WITHIN GROUP (ORDER BY length(text)))::integer
    FROM article
    WHERE indexed_at >= since AND NOT probe
    GROUP BY 1, 2
    ORDER BY 2 DESC, 3 DESC, 1
$$;
COMMENT ON FUNCTION source_days IS
    'articles by source and day, and how many lack what; SELECT * FROM source_days(now() - interval ''7 days'')';

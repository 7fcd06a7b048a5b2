-- Search text, filled behind the writing of articles: to_tsvector costs more than all the rest.

-- Schema-qualified and constant, hence safe to call immutable. Korean, Chinese, Japanese and Thai
-- come here as bigrams, which no stemmer may touch.
CREATE FUNCTION news_ts_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE split_part(lower(language), '-', 1)
        WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
        WHEN 'ca' THEN 'pg_catalog.catalan'::regconfig
        WHEN 'da' THEN 'pg_catalog.danish'::regconfig
        WHEN 'de' THEN 'pg_catalog.german'::regconfig
        WHEN 'el' THEN 'pg_catalog.greek'::regconfig
        WHEN 'en' THEN 'pg_catalog.english'::regconfig
        WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
        WHEN 'eu' THEN 'pg_catalog.basque'::regconfig
        WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
        WHEN 'fr' THEN 'pg_catalog.french'::regconfig
        WHEN 'ga' THEN 'pg_catalog.irish'::regconfig
        WHEN 'hi' THEN 'pg_catalog.hindi'::regconfig
        WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig
        WHEN 'hy' THEN 'pg_catalog.armenian'::regconfig
        WHEN 'id' THEN 'pg_catalog.indonesian'::regconfig
        WHEN 'it' THEN 'pg_catalog.italian'::regconfig
        WHEN 'lt' THEN 'pg_catalog.lithuanian'::regconfig
        WHEN 'nb' THEN 'pg_catalog.norwegian'::regconfig
        WHEN 'ne' THEN 'pg_catalog.nepali'::regconfig
        WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
        WHEN 'nn' THEN 'pg_catalog.norwegian'::regconfig
        WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
        WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
        WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
        WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
        WHEN 'sr' THEN 'pg_catalog.serbian'::regconfig
        WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
        WHEN 'ta' THEN 'pg_catalog.tamil'::regconfig
        WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
        WHEN 'yi' THEN 'pg_catalog.yiddish'::regconfig
        ELSE 'pg_catalog.simple'::regconfig
    END
$$;

-- The query in one language, or in every language at once where that is null.
CREATE FUNCTION news_ts_query(words text, language text) RETURNS tsquery
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg('(' || q || ')', ' | '), '')::tsquery
    FROM (
        SELECT DISTINCT websearch_to_tsquery(news_ts_config(l), words)::text AS q
        FROM unnest(CASE WHEN language IS NULL
            THEN ARRAY['ar', 'ca', 'da', 'de', 'el', 'en', 'es', 'eu', 'fi', 'fr', 'ga', 'hi', 'hu',
                       'hy', 'id', 'it', 'lt', 'nb', 'ne', 'nl', 'pt', 'ro', 'ru', 'sr', 'sv', 'ta',
                       'tr', 'yi', 'und']
            ELSE ARRAY[language] END) AS l
    ) AS each
    WHERE q <> ''
$$;

-- sort_at: publication, else first sight. language and source stand here too, so that a filter
-- needs no join.
CREATE TABLE article_search (
    article_id uuid PRIMARY KEY,
    revision integer NOT NULL,
    language text NOT NULL,
    source text,
    sort_at timestamptz NOT NULL,
    tsv tsvector NOT NULL
);
CREATE INDEX article_search_words ON article_search USING gin (tsv);
CREATE INDEX article_search_newest ON article_search (sort_at DESC, article_id);

-- Work for the filler, in order. An article may stand here twice; its newest revision wins.
CREATE TABLE search_pending (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id uuid NOT NULL,
    since timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- Probes are deleted after a day; without it, finding them would mean reading all articles.
CREATE INDEX article_probes ON article (indexed_at) WHERE probe;

-- Which accepted records are accounted for. A record that is worked on twice, after a crash
-- somewhere before, comes here twice: the second time it is recognised and left alone.

CREATE TABLE submission (
    submission_id uuid NOT NULL,
    article_id uuid NOT NULL,
    settled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (submission_id, article_id)
);
CREATE INDEX submission_settled_at ON submission USING brin (settled_at);

-- What makes a batch happen once: its offsets and its messages are written with its rows.

-- next_offset -1: claimed, nothing written yet. epoch: goes up with every claim.
-- fillfactor: rows are updated with every batch and stay on their page.
CREATE TABLE kafka_offsets (
    grp text NOT NULL,
    topic text NOT NULL,
    part integer NOT NULL,
    next_offset bigint NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (grp, topic, part)
) WITH (fillfactor = 50);

-- headers: name to base64.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key bytea,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- Where every accepted record is. Written by the ledger alone; nothing else waits for it.

-- Stages, events, topics, reasons, instances, versions: stored once, referred to by number.
CREATE TABLE ledger_word (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word text NOT NULL UNIQUE
);

-- One row per submission. Other integers are words. fillfactor: a row is written two or three
-- times while its article is on its way.
CREATE TABLE ledger (
    submission_id uuid PRIMARY KEY,
    article_id uuid,
    accepted_at timestamptz NOT NULL,
    since timestamptz,
    hop_at timestamptz,
    hop_until timestamptz,
    end_at timestamptz,
    end_until timestamptz,
    replayed_at timestamptz,
    hop_offset bigint,
    end_offset bigint,
    state integer NOT NULL,
    stage integer,
    reason integer,
    lane integer,
    hop_stage integer,
    hop_event integer,
    hop_reason integer,
    hop_topic integer,
    hop_part integer,
    end_stage integer,
    end_event integer,
    end_reason integer,
    end_topic integer,
    end_part integer,
    attempts integer NOT NULL,
    intake boolean NOT NULL,
    probe boolean NOT NULL,
    source text,
    submitted_by text
) WITH (fillfactor = 80);

COMMENT ON COLUMN ledger.since IS 'last sign of a record on its way, or when a parked one comes back; null: it has its outcome';
COMMENT ON COLUMN ledger.intake IS 'false: the journal knows of it, its record was not read in the intake';
COMMENT ON COLUMN ledger.hop_stage IS 'hop_: the furthest line without an outcome; left out once the outcome is final';
COMMENT ON COLUMN ledger.end_stage IS 'end_: the outcome that counts';

CREATE INDEX ledger_article ON ledger (article_id);
CREATE INDEX ledger_open ON ledger (since) WHERE since IS NOT NULL;
CREATE INDEX ledger_strangers ON ledger (accepted_at) WHERE NOT intake;
CREATE INDEX ledger_accepted ON ledger USING brin (accepted_at);

-- Kept up to date with every batch, so that the balance is a sum over hours, not over records.
-- state 0: accepted, whatever came after; stage 0, reason 0: none.
CREATE TABLE ledger_count (
    hour timestamptz NOT NULL,
    probe boolean NOT NULL,
    state integer NOT NULL,
    stage integer NOT NULL,
    reason integer NOT NULL,
    records bigint NOT NULL,
    PRIMARY KEY (hour, probe, state, stage, reason)
) WITH (fillfactor = 50);

-- Lines of the journal, for some days. They come nearly in order of time.
CREATE TABLE ledger_hop (
    submission_id uuid NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz,
    record_offset bigint NOT NULL,
    stage integer NOT NULL,
    event integer NOT NULL,
    reason integer,
    attempt integer NOT NULL,
    topic integer NOT NULL,
    part integer NOT NULL,
    waited_ms real NOT NULL,
    worked_ms real NOT NULL,
    instance integer NOT NULL,
    versions integer NOT NULL,
    PRIMARY KEY (submission_id, at, stage, event)
);
CREATE INDEX ledger_hop_at ON ledger_hop USING brin (at);

-- Up to when each partition has been read; what lies after it the ledger cannot know.
CREATE TABLE ledger_reading (
    topic text NOT NULL,
    part integer NOT NULL,
    read_to timestamptz NOT NULL,
    behind bigint NOT NULL,
    looked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, part)
) WITH (fillfactor = 50);

CREATE VIEW ledger_records AS
SELECT submission_id, article_id, accepted_at, s.word AS state, g.word AS stage, r.word AS reason,
       hop_until AS until, since, attempts, probe, intake, l.word AS lane, source, submitted_by
FROM ledger
JOIN ledger_word s ON s.id = state
LEFT JOIN ledger_word g ON g.id = stage
LEFT JOIN ledger_word r ON r.id = reason
LEFT JOIN ledger_word l ON l.id = lane;
COMMENT ON VIEW ledger_records IS 'the ledger in words, for people';

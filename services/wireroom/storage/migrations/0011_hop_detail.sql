-- What a line of the journal says beyond its word: of a dead letter, why exactly.
ALTER TABLE ledger_hop ADD COLUMN detail text;

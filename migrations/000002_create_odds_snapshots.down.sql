DROP FUNCTION create_odds_partition(timestamptz);
DROP TABLE odds_snapshots;

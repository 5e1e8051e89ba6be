-- Best prices over time, one partition a month. Rows of a month without a partition go to the default partition, so that
-- a forgotten partition never loses prices.
CREATE TABLE odds_snapshots (
  market_id text NOT NULL REFERENCES races (market_id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  selection_id bigint NOT NULL CONSTRAINT odds_snapshots_selection_id_check CHECK (selection_id > 0),
  handicap numeric(6, 2) NOT NULL,
  at timestamptz NOT NULL,
  best_back numeric(8, 2) CONSTRAINT odds_snapshots_best_back_check CHECK (best_back BETWEEN 1.01 AND 1000),
  best_back_size numeric(14, 2) CONSTRAINT odds_snapshots_best_back_size_check CHECK (best_back_size >= 0),
  best_lay numeric(8, 2) CONSTRAINT odds_snapshots_best_lay_check CHECK (best_lay BETWEEN 1.01 AND 1000),
  best_lay_size numeric(14, 2) CONSTRAINT odds_snapshots_best_lay_size_check CHECK (best_lay_size >= 0),
  last_price_traded numeric(8, 2)
    CONSTRAINT odds_snapshots_last_price_traded_check CHECK (last_price_traded BETWEEN 1.01 AND 1000),
  total_matched numeric(14, 2) NOT NULL CONSTRAINT odds_snapshots_total_matched_check CHECK (total_matched >= 0),
  PRIMARY KEY (market_id, selection_id, handicap, at)
) PARTITION BY RANGE (at);

CREATE INDEX odds_snapshots_at_idx ON odds_snapshots (at);

CREATE TABLE odds_snapshots_default PARTITION OF odds_snapshots DEFAULT;

-- Makes the partition of the month that the instant lies in (UTC). False: it was there, or the default partition already
-- holds rows of that month, in which case they stay there.
CREATE FUNCTION create_odds_partition(instant timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  first timestamp := date_trunc('month', instant AT TIME ZONE 'UTC');
  partition text := 'odds_snapshots_' || to_char(first, 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('clever-better odds partition'), hashtext(current_schema() || partition));
  IF to_regclass(quote_ident(partition)) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'CREATE TABLE %I PARTITION OF odds_snapshots FOR VALUES FROM (%L) TO (%L)',
    partition, first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC'
  );
  RETURN true;
EXCEPTION WHEN check_violation THEN
  RETURN false;
END
$$;

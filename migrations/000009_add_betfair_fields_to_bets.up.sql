-- What the exchange says of a bet: its own id, the market, and what was matched (matched_price is the average).
ALTER TABLE bets
  ADD COLUMN bet_id text,
  ADD COLUMN market_id text REFERENCES races (market_id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD COLUMN matched_price numeric(12, 6) CONSTRAINT bets_matched_price_check CHECK (matched_price BETWEEN 1 AND 1000),
  ADD COLUMN matched_size numeric(14, 2) NOT NULL DEFAULT 0 CONSTRAINT bets_matched_size_check CHECK (matched_size >= 0),
  ADD COLUMN cancelled_at timestamptz;

UPDATE bets SET market_id = race_id;

ALTER TABLE bets ALTER COLUMN market_id SET NOT NULL;

CREATE UNIQUE INDEX bets_bet_id_idx ON bets (mode, bet_id) WHERE bet_id IS NOT NULL;
CREATE INDEX bets_market_id_idx ON bets (market_id, mode);
CREATE INDEX bets_cancelled_at_idx ON bets (mode, cancelled_at) WHERE cancelled_at IS NOT NULL;

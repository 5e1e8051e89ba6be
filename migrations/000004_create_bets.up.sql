-- What was wanted, and what became of it. race_id is the market's id.
CREATE TABLE bets (
  id uuid NOT NULL,
  mode text NOT NULL CONSTRAINT bets_mode_check CHECK (mode IN ('paper', 'live', 'replay')),
  strategy_id text NOT NULL REFERENCES strategies (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  race_id text NOT NULL REFERENCES races (market_id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  selection_id bigint NOT NULL CONSTRAINT bets_selection_id_check CHECK (selection_id > 0),
  handicap numeric(6, 2) NOT NULL DEFAULT 0,
  side text NOT NULL CONSTRAINT bets_side_check CHECK (side IN ('BACK', 'LAY')),
  price numeric(8, 2) CONSTRAINT bets_price_check CHECK (price BETWEEN 1.01 AND 1000),
  size numeric(14, 2) NOT NULL CONSTRAINT bets_size_check CHECK (size >= 0),
  status text NOT NULL CONSTRAINT bets_status_check CHECK (
    status IN (
      'pending', 'unknown', 'placed', 'partially_matched', 'matched', 'settled', 'rejected', 'cancelled', 'lapsed', 'voided'
    )
  ),
  confidence numeric NOT NULL CONSTRAINT bets_confidence_check CHECK (confidence BETWEEN 0 AND 1),
  probability numeric CONSTRAINT bets_probability_check CHECK (probability BETWEEN 0 AND 1),
  reason text NOT NULL,
  profit numeric(14, 2),
  commission numeric(14, 2) CONSTRAINT bets_commission_check CHECK (commission >= 0),
  created_at timestamptz NOT NULL,
  placed_at timestamptz,
  settled_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id, mode),
  CONSTRAINT bets_settlement_check CHECK (num_nulls(profit, commission, settled_at) IN (0, 3)),
  CONSTRAINT bets_settled_check CHECK (status <> 'settled' OR settled_at IS NOT NULL)
);

CREATE INDEX bets_strategy_id_idx ON bets (strategy_id, mode, created_at);
CREATE INDEX bets_race_id_idx ON bets (race_id);
CREATE INDEX bets_recent_idx ON bets (mode, created_at, id);
CREATE INDEX bets_settled_at_idx ON bets (mode, settled_at, id) WHERE settled_at IS NOT NULL;
CREATE INDEX bets_open_idx ON bets (mode, created_at, id)
  WHERE status IN ('pending', 'unknown', 'placed', 'partially_matched', 'matched');

-- The order in full and how far it has come. size is a LIMIT order's stake and the liability of the others; fills are
-- [{"at", "price", "size"}] with decimals as text. reopened marks a bet that was finished until a late match came in:
-- by then its intent may have been taken by another bet.
ALTER TABLE bets
  ADD COLUMN slot text NOT NULL DEFAULT '',
  ADD COLUMN order_type text NOT NULL DEFAULT 'LIMIT'
    CONSTRAINT bets_order_type_check CHECK (order_type IN ('LIMIT', 'LIMIT_ON_CLOSE', 'MARKET_ON_CLOSE')),
  ADD COLUMN persistence text
    CONSTRAINT bets_persistence_check CHECK (persistence IN ('LAPSE', 'PERSIST', 'MARKET_ON_CLOSE')),
  ADD COLUMN time_in_force text CONSTRAINT bets_time_in_force_check CHECK (time_in_force = 'FILL_OR_KILL'),
  ADD COLUMN min_fill_size numeric(14, 2) CONSTRAINT bets_min_fill_size_check CHECK (min_fill_size >= 0),
  ADD COLUMN fills jsonb NOT NULL DEFAULT '[]' CONSTRAINT bets_fills_check CHECK (jsonb_typeof(fills) = 'array'),
  ADD COLUMN size_remaining numeric(14, 2) NOT NULL DEFAULT 0
    CONSTRAINT bets_size_remaining_check CHECK (size_remaining >= 0),
  ADD COLUMN size_cancelled numeric(14, 2) NOT NULL DEFAULT 0
    CONSTRAINT bets_size_cancelled_check CHECK (size_cancelled >= 0),
  ADD COLUMN size_lapsed numeric(14, 2) NOT NULL DEFAULT 0 CONSTRAINT bets_size_lapsed_check CHECK (size_lapsed >= 0),
  ADD COLUMN size_voided numeric(14, 2) NOT NULL DEFAULT 0 CONSTRAINT bets_size_voided_check CHECK (size_voided >= 0),
  ADD COLUMN complete boolean NOT NULL DEFAULT false,
  ADD COLUMN reopened boolean NOT NULL DEFAULT false,
  ADD COLUMN matched_at timestamptz,
  ADD COLUMN note text,
  ADD COLUMN replaces uuid,
  ADD COLUMN customer_order_ref text NOT NULL GENERATED ALWAYS AS (replace(id::text, '-', '')) STORED,
  ADD CONSTRAINT bets_replaces_fkey FOREIGN KEY (replaces, mode) REFERENCES bets (id, mode)
    ON DELETE RESTRICT ON UPDATE RESTRICT,
  ADD CONSTRAINT bets_order_price_check CHECK ((price IS NULL) = (order_type = 'MARKET_ON_CLOSE')),
  ADD CONSTRAINT bets_limit_only_check CHECK (order_type = 'LIMIT' OR num_nonnulls(persistence, time_in_force, min_fill_size) = 0);

CREATE UNIQUE INDEX bets_customer_order_ref_idx ON bets (customer_order_ref);

-- A strategy has one such bet open: the next cycle cannot bet the same signal again. A replacement stands beside the bet
-- it replaces until the venue has cancelled that one; a bet has one open replacement.
CREATE UNIQUE INDEX bets_open_intent_idx ON bets (mode, strategy_id, market_id, selection_id, handicap, side, slot)
  WHERE status IN ('pending', 'unknown', 'placed', 'partially_matched', 'matched') AND NOT reopened AND replaces IS NULL;
CREATE UNIQUE INDEX bets_open_replacement_idx ON bets (mode, replaces)
  WHERE status IN ('pending', 'unknown', 'placed', 'partially_matched', 'matched') AND replaces IS NOT NULL;

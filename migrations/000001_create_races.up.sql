-- One row a Betfair market. A row with updated_at NULL is a market that something refers to (a bet, a snapshot) before
-- its definition has been seen; all facts about it are NULL then, and only then.
CREATE TABLE races (
  market_id text PRIMARY KEY CONSTRAINT races_market_id_check CHECK (market_id ~ '^[0-9]+[.][0-9]+$'),
  event_type_id text,
  event_id text,
  event_name text,
  market_type text,
  name text,
  venue text,
  country_code text,
  timezone text,
  race_type text,
  betting_type text CONSTRAINT races_betting_type_check CHECK (
    betting_type IN ('ODDS', 'LINE', 'RANGE', 'ASIAN_HANDICAP_SINGLE_LINE', 'ASIAN_HANDICAP_DOUBLE_LINE', 'FIXED_ODDS')
  ),
  market_time timestamptz,
  settled_at timestamptz,
  status text CONSTRAINT races_status_check CHECK (status IN ('INACTIVE', 'OPEN', 'SUSPENDED', 'CLOSED')),
  in_play boolean,
  turn_in_play_enabled boolean,
  persistence_enabled boolean,
  bsp_market boolean,
  bsp_reconciled boolean,
  complete boolean,
  cross_matching boolean,
  runners_voidable boolean,
  discount_allowed boolean,
  bet_delay numeric CONSTRAINT races_bet_delay_check CHECK (bet_delay >= 0),
  bet_delay_models text[],
  market_base_rate numeric CONSTRAINT races_market_base_rate_check CHECK (market_base_rate BETWEEN 0 AND 100),
  number_of_winners integer CONSTRAINT races_number_of_winners_check CHECK (number_of_winners >= 0),
  number_of_active_runners integer CONSTRAINT races_number_of_active_runners_check CHECK (number_of_active_runners >= 0),
  each_way_divisor numeric CONSTRAINT races_each_way_divisor_check CHECK (each_way_divisor >= 0),
  version bigint,
  ladder text CONSTRAINT races_ladder_check CHECK (ladder IN ('CLASSIC', 'FINEST', 'LINE_RANGE')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz,
  CONSTRAINT races_known_check CHECK (
    updated_at IS NULL
    OR num_nulls(event_type_id, betting_type, market_time, status, in_play, complete, number_of_winners, version, ladder) = 0
  )
);

CREATE INDEX races_market_time_idx ON races (market_time);

-- The same horse keeps its selection_id from race to race. Runners that leave the definition stay; position is the place
-- in the definition.
CREATE TABLE runners (
  market_id text NOT NULL REFERENCES races (market_id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  selection_id bigint NOT NULL CONSTRAINT runners_selection_id_check CHECK (selection_id > 0),
  handicap numeric(6, 2) NOT NULL,
  name text,
  position integer,
  sort_priority integer,
  status text CONSTRAINT runners_status_check CHECK (
    status IN ('ACTIVE', 'WINNER', 'LOSER', 'PLACED', 'REMOVED', 'REMOVED_VACANT', 'HIDDEN')
  ),
  adjustment_factor numeric,
  removed_at timestamptz,
  bsp numeric CONSTRAINT runners_bsp_check CHECK (bsp >= 0),
  updated_at timestamptz,
  PRIMARY KEY (market_id, selection_id, handicap)
);

CREATE INDEX runners_selection_id_idx ON runners (selection_id);

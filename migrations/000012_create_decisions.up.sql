-- Signals that did not become bets, and why; selection_id and handicap are NULL when the whole market was refused.
CREATE TABLE decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  mode text NOT NULL CONSTRAINT decisions_mode_check CHECK (mode IN ('paper', 'live', 'replay')),
  at timestamptz NOT NULL,
  strategy_id text NOT NULL,
  market_id text NOT NULL,
  selection_id bigint,
  handicap numeric(6, 2),
  step text NOT NULL CONSTRAINT decisions_step_check CHECK (
    step IN ('window', 'strategy', 'prediction', 'size', 'risk', 'execution')
  ),
  reason text NOT NULL,
  value double precision,
  bound double precision,
  CONSTRAINT decisions_runner_check CHECK ((selection_id IS NULL) = (handicap IS NULL))
);

CREATE INDEX decisions_market_id_idx ON decisions (mode, market_id, id);
CREATE INDEX decisions_at_idx ON decisions (at);

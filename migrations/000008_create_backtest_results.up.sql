-- One row a run of a strategy over history. No mode: a backtest is neither paper nor live.
CREATE TABLE backtest_results (
  id uuid PRIMARY KEY,
  strategy_id text NOT NULL REFERENCES strategies (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  parameters jsonb NOT NULL CONSTRAINT backtest_results_parameters_check CHECK (jsonb_typeof(parameters) = 'object'),
  data_from timestamptz NOT NULL,
  data_to timestamptz NOT NULL,
  bets integer NOT NULL CONSTRAINT backtest_results_bets_check CHECK (bets >= 0),
  profit numeric(14, 2) NOT NULL,
  staked numeric(14, 2) NOT NULL CONSTRAINT backtest_results_staked_check CHECK (staked >= 0),
  metrics jsonb NOT NULL CONSTRAINT backtest_results_metrics_check CHECK (jsonb_typeof(metrics) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT backtest_results_period_check CHECK (data_from <= data_to)
);

CREATE INDEX backtest_results_strategy_id_idx ON backtest_results (strategy_id, created_at);

-- One row a strategy and trading day; it holds the figures from the strategy's first bet up to and including that day.
CREATE TABLE strategy_performance (
  mode text NOT NULL CONSTRAINT strategy_performance_mode_check CHECK (mode IN ('paper', 'live', 'replay')),
  strategy_id text NOT NULL REFERENCES strategies (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  day date NOT NULL,
  bets integer NOT NULL CONSTRAINT strategy_performance_bets_check CHECK (bets >= 0),
  wins integer NOT NULL CONSTRAINT strategy_performance_wins_check CHECK (wins >= 0),
  losses integer NOT NULL CONSTRAINT strategy_performance_losses_check CHECK (losses >= 0),
  pending integer NOT NULL CONSTRAINT strategy_performance_pending_check CHECK (pending >= 0),
  profit numeric(14, 2) NOT NULL,
  commission numeric(14, 2) NOT NULL CONSTRAINT strategy_performance_commission_check CHECK (commission >= 0),
  staked numeric(14, 2) NOT NULL CONSTRAINT strategy_performance_staked_check CHECK (staked >= 0),
  largest_win numeric(14, 2) NOT NULL CONSTRAINT strategy_performance_largest_win_check CHECK (largest_win >= 0),
  largest_loss numeric(14, 2) NOT NULL CONSTRAINT strategy_performance_largest_loss_check CHECK (largest_loss <= 0),
  current_streak integer NOT NULL,
  sharpe numeric,
  max_drawdown numeric(14, 2) NOT NULL CONSTRAINT strategy_performance_max_drawdown_check CHECK (max_drawdown >= 0),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (mode, strategy_id, day),
  CONSTRAINT strategy_performance_settled_check CHECK (wins + losses <= bets)
);

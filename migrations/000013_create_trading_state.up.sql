-- What must survive a restart: circuit breaker, pause, halt and the like.
CREATE TABLE trading_state (
  mode text NOT NULL CONSTRAINT trading_state_mode_check CHECK (mode IN ('paper', 'live', 'replay')),
  key text NOT NULL,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (mode, key)
);

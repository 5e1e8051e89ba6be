-- Configured strategies. Nothing is active unless somebody said so. The kind 'unregistered' is a strategy of which only
-- a bet is known so far.
CREATE TABLE strategies (
  id text PRIMARY KEY CONSTRAINT strategies_id_check CHECK (id ~ '^[a-z][a-z0-9_-]{0,39}$'),
  kind text NOT NULL,
  active boolean NOT NULL DEFAULT false,
  parameters jsonb NOT NULL DEFAULT '{}' CONSTRAINT strategies_parameters_check CHECK (jsonb_typeof(parameters) = 'object'),
  note text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

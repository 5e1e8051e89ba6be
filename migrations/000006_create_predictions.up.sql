-- What a model said of a runner, and when. features is what it was asked with.
CREATE TABLE predictions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  mode text NOT NULL CONSTRAINT predictions_mode_check CHECK (mode IN ('paper', 'live', 'replay')),
  at timestamptz NOT NULL,
  market_id text NOT NULL REFERENCES races (market_id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  selection_id bigint NOT NULL CONSTRAINT predictions_selection_id_check CHECK (selection_id > 0),
  handicap numeric(6, 2) NOT NULL,
  model_name text NOT NULL,
  model_version text NOT NULL,
  probability numeric NOT NULL CONSTRAINT predictions_probability_check CHECK (probability BETWEEN 0 AND 1),
  confidence numeric CONSTRAINT predictions_confidence_check CHECK (confidence BETWEEN 0 AND 1),
  features jsonb NOT NULL DEFAULT '{}',
  FOREIGN KEY (model_name, model_version) REFERENCES models (name, version) ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE INDEX predictions_market_id_idx ON predictions (market_id, selection_id, at);

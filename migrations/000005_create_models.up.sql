-- Models whose predictions were used, as they name themselves.
CREATE TABLE models (
  name text NOT NULL,
  version text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}' CONSTRAINT models_metadata_check CHECK (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, version)
);

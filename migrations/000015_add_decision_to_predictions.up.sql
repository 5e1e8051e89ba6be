-- What a prediction did to a strategy's signal. A row without a decision is a prediction that no signal was judged by.
ALTER TABLE predictions
  ADD COLUMN strategy_id text,
  ADD COLUMN side text CONSTRAINT predictions_side_check CHECK (side IN ('BACK', 'LAY')),
  ADD COLUMN decision text CONSTRAINT predictions_decision_check CHECK (
    decision IN ('passed', 'repriced', 'blocked')
  ),
  ADD COLUMN reason text,
  ADD COLUMN expected_value double precision,
  ADD CONSTRAINT predictions_decided_check CHECK (
    (strategy_id IS NULL) = (decision IS NULL) AND (side IS NULL) = (decision IS NULL) AND (reason IS NOT NULL) = (decision IS NOT DISTINCT FROM 'blocked')
  );

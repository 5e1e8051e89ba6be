ALTER TABLE predictions
  DROP CONSTRAINT predictions_decided_check,
  DROP COLUMN expected_value,
  DROP COLUMN reason,
  DROP COLUMN decision,
  DROP COLUMN side,
  DROP COLUMN strategy_id;

ALTER TABLE runners
  DROP COLUMN weight_pounds,
  DROP COLUMN age,
  DROP COLUMN trainer_name,
  DROP COLUMN jockey_name,
  DROP COLUMN stall_draw,
  DROP COLUMN cloth_number;

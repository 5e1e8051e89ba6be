-- What the race card tells of a runner, from the exchange's catalogue. NULL is what is not known. Cloth numbers of coupled
-- horses have a letter (1A).
ALTER TABLE runners
  ADD COLUMN cloth_number text,
  ADD COLUMN stall_draw integer CONSTRAINT runners_stall_draw_check CHECK (stall_draw > 0),
  ADD COLUMN jockey_name text,
  ADD COLUMN trainer_name text,
  ADD COLUMN age integer CONSTRAINT runners_age_check CHECK (age > 0),
  ADD COLUMN weight_pounds numeric CONSTRAINT runners_weight_pounds_check CHECK (weight_pounds > 0);

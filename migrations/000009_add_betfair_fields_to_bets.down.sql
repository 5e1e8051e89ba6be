DROP INDEX bets_cancelled_at_idx;
DROP INDEX bets_market_id_idx;
DROP INDEX bets_bet_id_idx;

ALTER TABLE bets
  DROP COLUMN cancelled_at,
  DROP COLUMN matched_size,
  DROP COLUMN matched_price,
  DROP COLUMN market_id,
  DROP COLUMN bet_id;

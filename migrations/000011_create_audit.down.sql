DROP TRIGGER bets_keep ON bets;
DROP TRIGGER bets_never_deleted ON bets;
DROP TABLE audit;
DROP FUNCTION refuse_change();

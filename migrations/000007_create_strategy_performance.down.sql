DROP TABLE strategy_performance;

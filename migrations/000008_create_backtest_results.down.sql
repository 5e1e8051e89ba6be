DROP TABLE backtest_results;

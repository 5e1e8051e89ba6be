DROP TABLE runners;
DROP TABLE races;

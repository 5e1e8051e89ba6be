/** All repositories at once: in the database, or in memory for runs that leave nothing behind. */
import { Layer } from "effect"
import { AuditRepository } from "./AuditRepository.ts"
import * as BetRepositoryMemory from "./BetRepositoryMemory.ts"
import * as BetRepositorySql from "./BetRepositorySql.ts"
import * as Database from "./Database.ts"
import { DecisionRepository } from "./DecisionRepository.ts"
import * as Migrations from "./Migrations.ts"
import { OddsRepository } from "./OddsRepository.ts"
import { PerformanceRepository } from "./PerformanceRepository.ts"
import { PredictionRepository } from "./PredictionRepository.ts"
import { RaceRepository } from "./RaceRepository.ts"
import { StrategyRepository } from "./StrategyRepository.ts"
import { TradingStateRepository } from "./TradingStateRepository.ts"

export const layerSql = Layer.mergeAll(
  AuditRepository.layerSql,
  BetRepositorySql.layer,
  DecisionRepository.layerSql,
  OddsRepository.layerSql,
  PerformanceRepository.layerSql,
  PredictionRepository.layerSql,
  RaceRepository.layerSql,
  StrategyRepository.layerSql,
  TradingStateRepository.layerSql
)

export const layerMemory = Layer.mergeAll(
  AuditRepository.layerMemory,
  BetRepositoryMemory.layer,
  DecisionRepository.layerMemory,
  OddsRepository.layerMemory,
  PerformanceRepository.layerMemory,
  PredictionRepository.layerMemory,
  RaceRepository.layerMemory,
  StrategyRepository.layerMemory,
  TradingStateRepository.layerMemory
)

export type Repositories = Layer.Success<typeof layerMemory>

/** The database of the settings, migrated, with the repositories on it. */
export const layerDatabase = layerSql.pipe(Layer.provideMerge(Migrations.layer), Layer.provideMerge(Database.layer))

/** The same on an empty database that is gone in the end. */
export const layerDatabaseMemory = layerSql.pipe(
  Layer.provideMerge(Migrations.layer),
  Layer.provideMerge(Database.layerMemory)
)

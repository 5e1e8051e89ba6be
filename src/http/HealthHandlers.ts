/** Health: whether the process lives, and whether it is well. */
import { Effect, Layer } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import { HealthView } from "./HealthView.ts"
import { version } from "./StatusView.ts"

/** @param instance tells this process from any other */
export const layer = (instance: string) =>
  HttpApiBuilder.group(
    Api,
    "health",
    Effect.fnUntraced(function* (handlers) {
      const { ready } = yield* HealthView
      return handlers.handleAll({
        live: () => Effect.succeed({ live: true as const, version, instance }),
        ready: () =>
          Effect.gen(function* () {
            const answer = yield* ready
            return answer.ready ? answer : yield* Effect.fail(answer)
          })
      })
    })
  ).pipe(Layer.provide(HealthView.layer))

/**
 * Lets a user's own module live in any folder: `effect` is the bot's own copy, whatever is installed beside the module,
 * and `clever-better/strategy/Strategy.ts` is `src/strategy/Strategy.ts` of this program. Importing this file is enough, so that
 * `node --import …/src/strategy/OwnImports.ts --test` runs a user's tests as well.
 */
import { registerHooks } from "node:module"

const ours = "clever-better/"
const source = new URL("../", import.meta.url)

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith(ours)) return next(new URL(specifier.slice(ours.length), source).href, context)
    const isEffect = specifier === "effect" || specifier.startsWith("effect/")
    return next(specifier, isEffect ? { ...context, parentURL: import.meta.url } : context)
  }
})

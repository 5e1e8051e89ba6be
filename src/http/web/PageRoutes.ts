/** The dashboard: `/` is the page, `/web/…` what it is made of. Neither tells anything of the bot, so neither needs a token. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { PageFiles } from "./PageFiles.ts"

export const layer = Layer.unwrap(
  Effect.map(PageFiles, ({ all }) => {
    const served = (name: string) =>
      all.pipe(
        Effect.map((files) => {
          const file = files.get(name)
          return file === undefined
            ? HttpServerResponse.empty({ status: 404 })
            : HttpServerResponse.text(file.text, { contentType: file.contentType })
        }),
        Effect.catch((broken) =>
          Effect.as(Effect.logError(broken.message, broken.cause), HttpServerResponse.empty({ status: 500 }))
        )
      )
    return Layer.mergeAll(
      HttpRouter.add("GET", "/", served("index.html")),
      HttpRouter.add(
        "GET",
        "/web/:name",
        Effect.flatMap(HttpRouter.params, ({ name }) => served(name ?? ""))
      )
    )
  })
).pipe(Layer.provide(PageFiles.layer))

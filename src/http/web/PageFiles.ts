/**
 * The page's files as a browser gets them. The modules are the ones in `page/`, one file each, with their types taken away
 * by a program of its own when the first page is opened; there is no build. The chart library is served as its package has it.
 */
import { Context, Effect, Layer, Ref, Schema, Semaphore } from "effect"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

export interface PageFile {
  readonly contentType: string
  readonly text: string
}

/** The page cannot be read or made. */
export class PageBroken extends Schema.TaggedError<PageBroken>()("PageBroken", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

export class PageFiles extends Context.Service<
  PageFiles,
  {
    /** By name; `index.html` is the page itself. Nothing is read before the first time. */
    readonly all: Effect.Effect<ReadonlyMap<string, PageFile>, PageBroken>
  }
>()("clever-better/http/PageFiles") {
  static readonly layer = Layer.effect(
    PageFiles,
    Effect.suspend(() => make)
  )
}

const folder = join(import.meta.dirname, "page")

const types = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml"
}

const own = ["index.html", "theme.css", "page.css", "tables.css", "parts.css", "narrow.css", "icon.svg"]

/** As the package has them: the library as a script of its own, and its few styles. */
const library = { "uPlot.js": "uPlot.iife.min.js", "uPlot.css": "uPlot.min.css" }

const typeOf = (name: string): string => types[name.slice(name.lastIndexOf(".") + 1) as keyof typeof types]

/** Bytes that the modules may have together. */
const largest = 4_000_000
/** How long it may take; milliseconds. */
const patienceMs = 30_000

const Modules = Schema.fromJsonString(Schema.Array(Schema.Tuple([Schema.String, Schema.String])))

const modules = Effect.callback<string, unknown>((resume) => {
  const program = join(import.meta.dirname, "Stripping.ts")
  const child = execFile(
    process.execPath,
    // Node calls its own stripping an experiment when it is asked for by name.
    ["--disable-warning=ExperimentalWarning", program, folder],
    { maxBuffer: largest, timeout: patienceMs, env: {} },
    (cause, printed) => resume(cause === null ? Effect.succeed(printed) : Effect.fail(cause))
  )
  return Effect.sync(() => void child.kill())
}).pipe(
  Effect.flatMap(Schema.decodeEffect(Modules)),
  Effect.mapError((cause) => new PageBroken({ message: "the page's modules cannot be read", cause }))
)

const plain = Effect.try({
  try: (): ReadonlyArray<readonly [string, string]> => {
    const packageFolder = dirname(createRequire(import.meta.url).resolve("uplot"))
    return [
      ...own.map((name) => [name, readFileSync(join(folder, name), "utf8")] as const),
      ...Object.entries(library).map(([name, file]) => [name, readFileSync(join(packageFolder, file), "utf8")] as const)
    ]
  },
  catch: (cause) => new PageBroken({ message: "the page's files cannot be read", cause })
})

/** A browser asks for a module when it has read the one that imports it; told beforehand, it asks for all at once. */
const withPreloads = (html: string, names: ReadonlyArray<string>): string =>
  html.replace(
    "</head>",
    `${names.map((name) => `  <link rel="modulepreload" href="/web/${name}" />\n  `).join("")}</head>`
  )

const read = Effect.gen(function* () {
  const stripped = yield* modules
  const files = new Map<string, PageFile>()
  for (const [name, text] of yield* plain) {
    const whole =
      name === "index.html"
        ? withPreloads(
            text,
            stripped.map(([module]) => module)
          )
        : text
    files.set(name, { contentType: typeOf(name), text: whole })
  }
  for (const [name, text] of stripped) files.set(name, { contentType: types.js, text })
  return files as ReadonlyMap<string, PageFile>
})

const make = Effect.gen(function* () {
  const kept = yield* Ref.make<ReadonlyMap<string, PageFile> | null>(null)
  const oneAtATime = yield* Semaphore.make(1)
  return PageFiles.of({
    all: Effect.gen(function* () {
      const known = yield* Ref.get(kept)
      if (known !== null) return known
      const made = yield* read
      yield* Ref.set(kept, made)
      return made
    }).pipe(oneAtATime.withPermits(1))
  })
})

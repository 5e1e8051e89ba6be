#!/usr/bin/env -S node --max-semi-space-size=8
// Plain JavaScript, because an older Node can't read main.ts and would say so in its own, longer words.
var major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  process.stderr.write(
    "Clever Better needs Node 24 or newer, and this is Node " +
      process.versions.node +
      ": run it with npm start (or npm run clever-better), which uses the Node inside the project.\n"
  )
  process.exit(3)
}
// What was compiled is kept beside the packages for the next start, which then takes half the time and 20 MiB less. Where
// nothing can be written, nothing is kept.
process
  .getBuiltinModule("node:module")
  .enableCompileCache(import.meta.dirname + "/../node_modules/.cache/clever-better")
import("./main.ts")

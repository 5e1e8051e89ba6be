import { describe, expect, it } from "@effect/vitest"
import * as SqlScript from "../../src/persistence/SqlScript.ts"

describe("SqlScript.split", () => {
  it("takes statements apart and drops what holds only comments", () => {
    expect(SqlScript.split("SELECT 1; -- done\n; /* none */ SELECT 2 ;\n-- end\n")).toEqual([
      "SELECT 1",
      "/* none */ SELECT 2"
    ])
    expect(SqlScript.split(" -- nothing; at all")).toEqual([])
  })

  it.each([
    ["a string", "SELECT 'a;b', 'it''s;'"],
    ["a string with a backslash", "SELECT '\\', ';'"],
    ["an escape string", "SELECT E'a\\';b', ';'"],
    ["a quoted name", 'SELECT ";" AS "a"";b"'],
    ["a line comment", "SELECT 1 -- ; not ' here\n + 2"],
    ["a nested block comment", "SELECT /* a; /* b; */ c; */ 1"],
    ["a dollar-quoted body", "SELECT $$a; $b$ ; $$"],
    ["a tagged body with another inside", "SELECT $fn$ BEGIN; EXECUTE $$x;$$; END; $fn$"],
    ["a body after a name with a dollar", "SELECT a$b, $$;$$"],
    ["a name that holds what looks like a tag", "SELECT 1 AS a$b$"],
    ["a word that ends in e before a string", "SELECT date'2026-01-01;', 1"]
  ])("sees no end in %s", (_, statement) => {
    expect(SqlScript.split(`${statement};SELECT 2;`)).toEqual([statement, "SELECT 2"])
  })

  it("takes an unfinished quote to the end", () => {
    expect(SqlScript.split("SELECT 'a;b")).toEqual(["SELECT 'a;b"])
  })
})

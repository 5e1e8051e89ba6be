/** Alert rules, dashboards and the runbook speak of metrics that exist, and of each other. */
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import * as Yaml from "yaml"
import { type MetricDefinition, metricList, metricPrefix } from "../../src/monitoring/MetricList.ts"

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const read = (name: string) => readFileSync(path(name), "utf8")

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook_url: string }
}

const { groups } = Yaml.parse(read("config/prometheus/alerts.yml")) as {
  readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<Rule> }>
}
const rules = groups.flatMap((group) => group.rules)

const dashboards = readdirSync(path("config/grafana"))
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(read(`config/grafana/${name}`)))

const expressions: ReadonlyArray<string> = dashboards.flatMap(({ panels }) =>
  panels.flatMap(({ targets }: { readonly targets: ReadonlyArray<{ readonly expr: string }> }) =>
    targets.map(({ expr }) => expr)
  )
)

/** Every series that the bot can show: of a histogram what a scrape has of it. */
const series = new Set(
  Object.entries<MetricDefinition>(metricList).flatMap(([name, { kind }]) =>
    kind === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => metricPrefix + name + end) : [metricPrefix + name]
  )
)

const namedIn = (expression: string) => [...expression.matchAll(/clever_better_\w+/g)].map(([name]) => name)

interface RuleTest {
  readonly alertname: string
  readonly exp_alerts: ReadonlyArray<unknown>
}

const { tests } = Yaml.parse(read("test/monitoring/alerts.promtool.yml")) as {
  readonly tests: ReadonlyArray<{
    readonly alert_rule_test: ReadonlyArray<RuleTest>
    readonly input_series?: ReadonlyArray<{ readonly series: string }>
  }>
}

describe("alert rules and dashboards", () => {
  it("name metrics of the list only", () => {
    const all = [...rules.map(({ expr }) => expr), ...expressions]
    const strange = all.flatMap(namedIn).filter((name) => !series.has(name))
    expect(strange).toEqual([])
    expect(all.length).toBeGreaterThan(50)
  })

  it("group and match by labels that these metrics have", () => {
    for (const expr of [...rules.map((rule) => rule.expr), ...expressions]) {
      const labels = new Set([
        "le",
        "instance",
        "job",
        ...namedIn(expr).flatMap((name) => {
          const base = name.slice(metricPrefix.length)
          const known = metricList as Record<string, MetricDefinition>
          return (known[base] ?? known[base.replace(/_(bucket|sum|count)$/, "")])?.labels ?? []
        })
      ])
      const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(", "))
      const matched = [...expr.matchAll(/[{,]\s*(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!)
      expect(
        [...grouped, ...matched].filter((label) => label !== "" && !labels.has(label)),
        expr
      ).toEqual([])
    }
  })

  it("show most of the metrics on a dashboard", () => {
    const shown = new Set(expressions.flatMap(namedIn).map((name) => name.replace(/_bucket$/, "")))
    const own = Object.keys(metricList).filter((name) => !/^(prediction|service)/.test(name))
    expect(own.filter((name) => !shown.has(metricPrefix + name))).toEqual([])
  })

  it("are each seen quiet and firing, over series that the bot has", () => {
    const ruleTests = tests.flatMap((test) => test.alert_rule_test)
    const seen = (isFiring: boolean) =>
      new Set(ruleTests.filter((one) => one.exp_alerts.length > 0 === isFiring).map(({ alertname }) => alertname))
    const all = rules.map(({ alert }) => alert)
    expect(all.filter((alert) => !seen(true).has(alert))).toEqual([])
    expect(all.filter((alert) => !seen(false).has(alert))).toEqual([])
    for (const { series: written } of tests.flatMap((test) => test.input_series ?? [])) {
      const [, name, labels = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(written)!
      if (name === "up") continue
      expect(series, written).toContain(name)
      const base = name!.slice(metricPrefix.length).replace(/_bucket$/, "") as keyof typeof metricList
      const known = ["instance", "le", ...((metricList[base] as MetricDefinition).labels ?? [])]
      for (const [, label] of labels.matchAll(/(\w+)=/g)) expect(known, written).toContain(label)
    }
  })

  it("are well-formed by promtool's own judgement", ({ skip }) => {
    const promtool = ["/usr/bin/promtool", process.env.PROMTOOL ?? ""].find((file) => file !== "" && existsSync(file))
    if (promtool === undefined) return skip("promtool is not installed (Debian's package prometheus)")
    const said = execFileSync(promtool, ["check", "config", path("config/prometheus/prometheus.yml")], {
      encoding: "utf8"
    })
    expect(said).toContain(`${rules.length} rules found`)
    expect(
      execFileSync(promtool, ["test", "rules", path("test/monitoring/alerts.promtool.yml")], { encoding: "utf8" })
    ).toContain("SUCCESS")
  })
})

describe("docs/RUNBOOK.md", () => {
  const runbook = read("docs/RUNBOOK.md")
  const alerts = runbook.slice(runbook.indexOf("## Alerts"))
  const sections = new Map(
    alerts
      .split(/^### /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf("\n")), text] as const)
  )

  it("has a section for every alert, and for nothing else", () => {
    expect([...sections.keys()]).toEqual(rules.map(({ alert }) => alert))
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook_url).toBe(`docs/RUNBOOK.md#${alert.toLowerCase()}`)
    }
  })

  it.each([...sections])("says of %s what it means and what to do", (alert, text) => {
    const { annotations, labels } = rules.find((rule) => rule.alert === alert)!
    expect(text).toContain(`${annotations.summary} (${labels.severity}).`)
    for (const part of ["Meaning", "Money at risk", "First", "Stop", "Verify", "Resume"]) {
      expect(text).toMatch(new RegExp(`^- \\*\\*${part}\\*\\*: \\S`, "m"))
    }
  })

  it("names files, alerts and settings that exist", () => {
    for (const [, file] of runbook.matchAll(/`((?:test|config|docs)\/[\w./-]+)`/g))
      expect(existsSync(path(file!)), file).toBe(true)
    const anchors = new Set(
      [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!.toLowerCase().replaceAll(" ", "-"))
    )
    for (const [, anchor] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors, anchor).toContain(anchor)
    const reference = read("docs/CONFIGURATION.md")
    for (const [, section, key] of runbook.matchAll(
      /`(trading|bot|guards|orders|notifications|http|predictions)\.([a-z_]+)`/g
    )) {
      const from = reference.slice(reference.indexOf(`## ${section}\n`))
      expect(from.slice(0, from.indexOf("\n## ", 4)), `${section}.${key}`).toContain(`| \`${key}\` |`)
    }
  })

  it("names commands that there are", () => {
    const source = readdirSync(path("src/cli"))
      .map((file) => read(`src/cli/${file}`))
      .join("\n")
    for (const [, name] of runbook.matchAll(/(?:^|`)clever-better ([a-z][a-z-]+)/gm)) {
      expect(source, name).toMatch(new RegExp(`(Command\\.make\\(|\\bcommand\\()\\s*"${name}"`))
    }
  })
})

/** `docs/METRICS.md`, made from the list of metrics. */
import { type MetricDefinition, metricList, metricPrefix } from "./MetricList.ts"

const row = ([name, { kind, labels, meaning, unit }]: readonly [string, MetricDefinition]) =>
  `| \`${metricPrefix}${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(", ") || "none"} | ${unit} | ${meaning} |`

export const markdown = (): string => `# Metrics

\`/metrics\` speaks Prometheus. Money is in the account's currency, time in seconds, instants in Unix time. Labels take few
values: names of strategies, sides, streams, and reasons from closed lists. What a metric's labels have not taken yet has no line.
A gauge that nothing is known of yet is 0, or \`NaN\` where 0 would be an answer.

\`config/grafana/\` has dashboards of them, \`config/prometheus/alerts.yml\` the alerts; [RUNBOOK.md](RUNBOOK.md) says what to do then.

| metric | type | labels | unit | meaning |
| --- | --- | --- | --- | --- |
${Object.entries<MetricDefinition>(metricList).map(row).join("\n")}

This page is generated: \`npm run generate:docs\`.
`

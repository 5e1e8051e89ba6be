/**
 * The settings for people and for editors: the tables of `docs/CONFIGURATION.md`, and a JSON Schema. Both are made from
 * the schema that decodes the file.
 */
import { Schema } from "effect"
import * as Keys from "./SettingsKeys.ts"
import { SettingsSchema } from "./Settings.ts"

/** `docs/CONFIGURATION.md`. */
export const markdown = (): string => [introduction, ...Keys.sections.map(sectionText)].join("\n")

/** JSON Schema, draft 2020-12, of the settings file. */
export const jsonSchema = (): unknown => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(SettingsSchema, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Clever Better settings",
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
}

const introduction = `# Configuration

Settings are read once, at start-up, from \`config/config.yaml\`, or from the file named by \`--config FILE\`. Every key has a
default: no file at all is a valid configuration for trading on paper. \`config/config.yaml.example\` has all keys with
their defaults.

- \`clever-better config check\` lists everything that is wrong with a file at once: line, key, what was found and what is
  accepted. Unknown keys are refused.
- \`clever-better config show\` prints the settings in force, secrets as \`<redacted>\`.
- \`clever-better config schema\` prints a JSON Schema, with which editors complete and check the file.

\`\${NAME}\` in a value is replaced by the environment variable \`NAME\`, which must be set; \`\${NAME:-default}\` by the default if
\`NAME\` is not set or empty; \`$\${\` is a plain \`\${\`. A value that is nothing but one variable may be a number, \`true\` or
\`false\`. \`DATABASE_URL\`, when set, is the value of \`database.url\` unless the file has that key.

Amounts of money are in the account's currency.

Between keys these rules hold: \`trading.min_odds\` is at most \`trading.max_odds\`, \`trading.min_stake\` at most
\`trading.max_stake_per_bet\`; exactly one of \`features.live_trading_enabled\` and \`features.paper_trading_enabled\` is true;
the ids of \`strategies.active\` differ.

This page is generated: \`npm run generate:docs\`.
`

const sectionText = ({ description, keys, name }: Keys.Section) => `## ${name}

${description}.

| Key | Default | Accepts | Meaning |
|---|---|---|---|
${keys.map(row).join("\n")}
${keys
  .filter(({ entries }) => entries.length > 0)
  .map(entriesText)
  .join("")}`

const entriesText = (key: Keys.Key) => `
Each entry of \`${Keys.format(key.path)}\`:

| Key | Default | Accepts | Meaning |
|---|---|---|---|
${key.entries.map(row).join("\n")}
`

const row = ({ byDefault, description, environment, expected, money, name }: Keys.Key) => {
  const standing =
    byDefault === undefined
      ? "must be given"
      : `\`${typeof byDefault === "number" && money === true ? byDefault.toFixed(2) : JSON.stringify(byDefault)}\``
  const variable = environment === undefined ? "" : `, or the variable \`${environment}\``
  return `| \`${name}\` | ${standing}${variable} | ${expected} | ${description} |`
}

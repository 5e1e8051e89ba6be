/** What is told to people and machines that look on: logs and traces. */
import { choice, optionalUrl, section, text } from "./Setting.ts"

export const Logging = section(
  {
    level: choice(["Trace", "Debug", "Info", "Warn", "Error"], "Info", "Least severe level that is logged"),
    format: choice(["pretty", "json"], "pretty", "Log lines for people or for machines")
  },
  "Logs"
)

export const Telemetry = section(
  {
    otlpEndpoint: optionalUrl(
      ["http:", "https:"],
      "OTLP/HTTP collector, for instance http://127.0.0.1:4318; null: no traces are sent"
    ),
    serviceName: text("clever-better", "Name of this bot in traces")
  },
  "OpenTelemetry"
)

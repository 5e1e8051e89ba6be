/** The service unit, the image and the compose file are about this program: its commands, files, ports and versions. */
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { Option, Result } from "effect"
import * as Yaml from "yaml"
import manifest from "../../package.json" with { type: "json" }
import { decode } from "../../src/config/SettingsDecoder.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (name: string) => readFileSync(join(root, name), "utf8")

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<string>
  readonly network_mode?: string
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly read_only?: boolean
}

const compose = Yaml.parse(read("config/docker/compose.yml")) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const { services } = compose
const unit = read("config/systemd/clever-better.service")
const dockerfile = read("config/docker/Dockerfile")
const nodeOptions = /node (--\S+) src\/launch\.js run/.exec(manifest.scripts.start)![1]!
const nodeMajor = manifest.dependencies.node.split(".")[0]

const defaults = Result.getOrThrow(decode(Option.none(), "", {}))

describe("config/systemd/clever-better.service", () => {
  const settings = new Map([...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key!, value!]))

  it("starts the bot as npm start does", () => {
    expect(settings.get("ExecStart")).toBe(
      `/opt/clever-better/node_modules/.bin/node ${nodeOptions} /opt/clever-better/src/launch.js run --config /etc/clever-better/config.yaml`
    )
    expect(existsSync(join(root, "src/launch.js"))).toBe(true)
    expect(existsSync(join(root, "node_modules/.bin/node"))).toBe(true)
  })

  it("waits longer for the end than the bot takes, and watches it as it reports", () => {
    expect(Number(settings.get("TimeoutStopSec"))).toBeGreaterThan(20)
    expect(settings.get("Type")).toBe("notify")
    expect(settings.get("NotifyAccess")).toBe("all")
    expect(Number(settings.get("WatchdogSec"))).toBeGreaterThanOrEqual(30)
    expect(settings.get("RestartPreventExitStatus")).toBe("2 3")
  })

  it("lets the bot write into its own folder only", () => {
    expect(settings.get("ProtectSystem")).toBe("strict")
    expect(settings.get("NoNewPrivileges")).toBe("yes")
    expect(settings.get("WorkingDirectory")).toBe(`/var/lib/${settings.get("StateDirectory")}`)
    // Everything that is written has a place relative to the working directory.
    for (const path of [defaults.database.directory, defaults.bot.haltFile, defaults.http.directory]) {
      expect(path).toMatch(/^\.clever-better\//)
    }
  })

  it("is understood by systemd", ({ skip }) => {
    if (!existsSync("/usr/bin/systemd-analyze")) return skip("systemd-analyze is not installed")
    const said = execFileSync(
      "systemd-analyze",
      ["security", "--offline=true", join(root, "config/systemd/clever-better.service")],
      {
        encoding: "utf8"
      }
    )
    const exposure = Number(/Overall exposure level for [\w.-]+: ([\d.]+)/.exec(said)![1])
    expect(exposure).toBeLessThan(2.5)
  })
})

describe("config/docker/Dockerfile", () => {
  it("has the Node of the project, and copies what there is", () => {
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toBe(`node:${nodeMajor}-bookworm-slim`)
    for (const [, list] of dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)) {
      for (const file of list!.split(" ").slice(0, -1)) expect(existsSync(join(root, file)), file).toBe(true)
    }
  })

  it("starts the bot as npm start does, as nobody special", () => {
    const entry = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)![1]!)
    expect(entry).toEqual(["node", nodeOptions, "/app/src/launch.js"])
    expect(/^CMD (.+)$/m.exec(dockerfile)![1]).toBe('["run"]')
    expect(dockerfile.lastIndexOf("\nUSER node\n")).toBeGreaterThan(dockerfile.lastIndexOf("\nRUN "))
    expect(dockerfile).toContain("RUN npm ci --omit=dev")
  })

  it("leaves out what is secret or not needed, and nothing that it copies", () => {
    const ignored = read("config/docker/Dockerfile.dockerignore").trim().split("\n")
    expect(ignored).toEqual(expect.arrayContaining([".env", "node_modules", "config/config.yaml", ".clever-better"]))
    for (const name of ["src", "migrations", "config", "package.json"]) expect(ignored).not.toContain(name)
  })
})

describe("config/docker/compose.yml", () => {
  it("has the bot with its settings, and what watches it", () => {
    expect(Object.keys(services).toSorted()).toEqual([
      "bot",
      "collector",
      "database",
      "grafana",
      "network",
      "prometheus"
    ])
    const { build, command, read_only } = services.bot!
    expect(resolve(root, "config/docker", build!.context)).toBe(resolve(root))
    expect(existsSync(join(root, build!.dockerfile))).toBe(true)
    expect(read_only).toBe(true)
    const file = command!.at(-1)!.replace("/app/", "")
    const settings = Result.getOrThrow(
      decode(Option.some(file), read(file), { DATABASE_URL: "postgres://a:b@database/c" })
    )
    expect(settings.features.liveTradingEnabled).toBe(false)
    expect(settings.telemetry.otlpEndpoint).toBe("http://collector:4318")
    expect(read("config/docker/collector.yml")).toContain("0.0.0.0:4318")
  })

  it("pins images, opens ports to this machine only, and mounts what there is", () => {
    for (const [name, { image, ports = [], volumes = [] }] of Object.entries(services)) {
      if (image !== undefined) expect(image, name).toMatch(/^[\w./-]+:[\w.-]*\d|^debian:bookworm-slim$/)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
      for (const volume of volumes) {
        const from = volume.split(":")[0]!
        if (from.startsWith(".")) expect(existsSync(join(root, "config/docker", from)), from).toBe(true)
        else expect(compose.volumes).toHaveProperty(from)
      }
    }
  })

  it("has no secret in it", () => {
    for (const { environment = {} } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|URL/.test(name)) expect(value, name).toMatch(/\$\{\w+:\?/)
      }
    }
  })

  it("lets Prometheus find the bot where it listens, and Grafana find Prometheus", () => {
    const { scrape_configs } = Yaml.parse(read("config/prometheus/prometheus.yml"))
    const port = 8080
    expect(scrape_configs[0].static_configs[0].targets).toEqual([`127.0.0.1:${port}`])
    expect(read("docs/CONFIGURATION.md")).toContain("| `port` | `8080` |")
    expect(services.prometheus!.network_mode).toBe(services.bot!.network_mode)
    const datasource = Yaml.parse(read("config/grafana/provisioning/datasources/prometheus.yml")).datasources[0]
    expect(datasource.url).toBe("http://network:9090")
    expect(services.network!.ports).toContain("127.0.0.1:9090:9090")
    const { providers } = Yaml.parse(read("config/grafana/provisioning/dashboards/clever-better.yml"))
    const mounted = services.grafana!.volumes!.find((volume) => volume.includes(`:${providers[0].options.path}:`))!
    const folder = join(root, "config/docker", mounted.split(":")[0]!)
    expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).not.toEqual([])
    expect(dirname(folder)).toBe(join(root, "config"))
  })
})

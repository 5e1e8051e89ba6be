/**
 * Charts of the page: uPlot, because it is made for time series, draws thousands of points at once and needs nothing else.
 * Colours are the page's own, light or dark, and a chart is as wide as its place.
 */
import type UPlot from "uplot"
import type { Clocks } from "./Format.ts"

/** The library is a script of its own, which makes this name. */
declare const uPlot: typeof UPlot

export type Plot = UPlot

/** A colour of the page by its name in `theme.css`. */
const color = (name: string) => (): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

export interface Line {
  readonly label: string
  /** Its name in `theme.css`. */
  readonly color: string
  readonly fill?: string
  readonly width?: number
  readonly dash?: ReadonlyArray<number>
  readonly kind?: "line" | "steps" | "bars"
  readonly value: (value: number | null) => string
}

export interface Options {
  readonly height: number
  readonly zone: string
  readonly clocks: Clocks
  readonly lines: ReadonlyArray<Line>
  /** What stands on the value axis; `step` is from one mark to the next. */
  readonly scale: (value: number, step: number) => string
  readonly isLogarithmic?: boolean
  /** Bars stand side by side, and these are their names; without it the first row of values is of instants. */
  readonly bars?: () => ReadonlyArray<string>
  /** Charts of one name share the cursor. */
  readonly together?: string
  readonly hasLegend?: boolean
  /** Draws over the lines. */
  readonly over?: (plot: Plot) => void
  /** Values the scale always shows. */
  readonly includes?: number
}

const pathsOf = (kind: Line["kind"]): UPlot.Series.PathBuilder => {
  const { bars, linear, stepped } = uPlot.paths
  return kind === "bars" ? bars!({ size: [0.6, 36] }) : kind === "steps" ? stepped!({ align: 1 }) : linear!()
}

const seriesOf = ({ color: name, dash, fill, kind, label, value, width = 1.5 }: Line): UPlot.Series => ({
  label,
  width,
  stroke: color(name),
  ...(fill === undefined ? {} : { fill: color(fill) }),
  ...(dash === undefined ? {} : { dash: [...dash] }),
  paths: pathsOf(kind),
  points: { show: false },
  spanGaps: false,
  value: (_, at) => value(at)
})

const axis = (values: UPlot.Axis.Values, size: number): UPlot.Axis => ({
  stroke: color("quiet"),
  font,
  size,
  gap: 6,
  grid: { stroke: color("grid"), width: 1 },
  ticks: { show: false },
  values
})

const optionsOf = (place: HTMLElement, options: Options): UPlot.Options => {
  const { bars, clocks, includes, isLogarithmic = false, lines, over, together, zone } = options
  const names = (indices: ReadonlyArray<number>) => indices.map((at) => bars?.()[at] ?? "")
  return {
    width: Math.max(200, place.clientWidth),
    height: options.height,
    ...(bars === undefined ? { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), zone) } : {}),
    padding: [10, 8, 0, 0],
    legend: { show: options.hasLegend ?? true, live: true },
    cursor: {
      drag: { x: false, y: false },
      points: { size: 6 },
      ...(together === undefined ? {} : { sync: { key: together } })
    },
    scales: {
      x: bars === undefined ? { time: true } : { time: false, range: (_, low, high) => [low - 0.6, high + 0.6] },
      y: isLogarithmic
        ? { distr: 3, log: 2 }
        : {
            range: (_, low, high) => {
              const [bottom, top] = [
                Math.min(low ?? 0, includes ?? low ?? 0),
                Math.max(high ?? 0, includes ?? high ?? 0)
              ]
              const room = (top - bottom || 100) * 0.08
              return [bottom === includes ? bottom : bottom - room, top === includes ? top : top + room]
            }
          }
    },
    series: [
      bars === undefined
        ? {
            label: "Time",
            value: (_, at) => (at === null ? "\u2013" : `${clocks.date(at * 1000)} ${clocks.time(at * 1000)}`)
          }
        : { label: "Day", value: (_, at) => (at === null ? "\u2013" : (bars()[at] ?? "")) },
      ...lines.map(seriesOf)
    ],
    axes: [
      bars === undefined
        ? axis(times(clocks), 28)
        : { ...axis((_, at) => names(at), 28), incrs: [1, 2, 5, 7, 14, 30], grid: { show: false } },
      axis((_, at, __, ___, step) => at.map((one) => (one === null ? "" : options.scale(one, step))), 62)
    ],
    hooks: { setLegend: [showLast], ...(over === undefined ? {} : { draw: [over] }) }
  }
}

/** Times as fine as the axis is; where a day begins, its date. */
const times =
  (clocks: Clocks): UPlot.Axis.DynamicValues =>
  (_, splits, __, ___, step) => {
    let before = ""
    return splits.map((split) => {
      const at = split * 1000
      const date = clocks.date(at)
      const isNew = before !== "" && date !== before
      before = date
      if (step >= 86_400 || isNew) return date
      return step >= 60 ? clocks.minute(at) : clocks.time(at)
    })
  }

/** While nobody points at a value the legend shows the last ones. */
const showLast = (plot: Plot): void => {
  const last = plot.data[0].length - 1
  if (plot.legend.idx === null && last >= 0) plot.setLegend({ idx: last }, false)
}

export interface Chart {
  readonly set: (data: ReadonlyArray<ReadonlyArray<number | null>>) => void
  readonly end: () => void
}

const dark = globalThis.matchMedia("(prefers-color-scheme: dark)")

/** Draws into the place, and again when there are other values, another width or other colours. */
export const draw = (place: HTMLElement, options: Options): Chart => {
  const plot = new uPlot(optionsOf(place, options), [[], ...options.lines.map(() => [])], place)
  const resized = new ResizeObserver(() => {
    const width = place.clientWidth
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: options.height })
  })
  const recolored = () => plot.redraw(true, true)
  resized.observe(place)
  dark.addEventListener("change", recolored)
  return {
    set: (data) => {
      plot.setData(data.map((values) => [...values]) as UPlot.AlignedData)
      showLast(plot)
    },
    end: () => {
      resized.disconnect()
      dark.removeEventListener("change", recolored)
      plot.destroy()
    }
  }
}

/** A mark at a place of the chart, in the chart's own units. */
export const mark = (plot: Plot, at: number, value: number, name: string, shape: "up" | "down"): void => {
  const { ctx } = plot
  const [x, y] = [plot.valToPos(at, "x", true), plot.valToPos(value, "y", true)]
  const size = 6 * devicePixelRatio
  const sign = shape === "up" ? -1 : 1
  ctx.save()
  ctx.fillStyle = color(name)()
  ctx.strokeStyle = color("surface")()
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(x, y + sign * size)
  ctx.lineTo(x - size, y - sign * size * 0.7)
  ctx.lineTo(x + size, y - sign * size * 0.7)
  ctx.closePath()
  ctx.fill()
  ctx.stroke()
  ctx.restore()
}

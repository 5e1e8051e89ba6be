/**
 * A reliability plot as SVG: how often runners won, against how often they were said to. On the diagonal the two agree; a
 * bar is two standard deviations of luck either way. Both axes are logarithmic, as long shots are most of a field.
 */
import type { Band, Judgement } from "./Judgement.ts"

const size = 480
const margin = 60
const least = 0.002
const ticks = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

const place = (chance: number): number => {
  const held = Math.min(1, Math.max(least, chance))
  return ((size - 2 * margin) * Math.log(held / least)) / Math.log(1 / least)
}

const x = (chance: number): string => (margin + place(chance)).toFixed(1)
const y = (chance: number): string => (size - margin - place(chance)).toFixed(1)

export const render = ({ bands, beatsMarket, from, races, segment, to }: Judgement): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" font-family="sans-serif" font-size="11">`,
    `<rect width="${size}" height="${size}" fill="white"/>`,
    `<text x="${margin}" y="24" font-size="14">${escape(segment)}: ${races} races, ${from} to ${to}</text>`,
    `<text x="${margin}" y="42">${beatsMarket ? "Beats the market" : "Does not beat the market"}. Dots: model; rings: market</text>`,
    `<line x1="${x(least)}" y1="${y(least)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4"/>`,
    ...ticks.flatMap((tick) => [
      `<line x1="${x(tick)}" y1="${y(least)}" x2="${x(tick)}" y2="${y(1)}" stroke="#eee"/>`,
      `<line x1="${x(least)}" y1="${y(tick)}" x2="${x(1)}" y2="${y(tick)}" stroke="#eee"/>`,
      `<text x="${x(tick)}" y="${size - margin + 16}" text-anchor="middle">${tick}</text>`,
      `<text x="${margin - 6}" y="${y(tick)}" text-anchor="end" dominant-baseline="middle">${tick}</text>`
    ]),
    ...bands.flatMap(mark),
    `<text x="${size / 2}" y="${size - 16}" text-anchor="middle">said</text>`,
    `<text x="16" y="${size / 2}" text-anchor="middle" transform="rotate(-90 16 ${size / 2})">won</text>`,
    "</svg>",
    ""
  ].join("\n")

const mark = ({ market, predicted, runners, won }: Band): ReadonlyArray<string> => {
  const luck = 2 * Math.sqrt((predicted * (1 - predicted)) / runners)
  return [
    `<line x1="${x(predicted)}" y1="${y(won - luck)}" x2="${x(predicted)}" y2="${y(won + luck)}" stroke="#246"/>`,
    `<circle cx="${x(predicted)}" cy="${y(won)}" r="4" fill="#246"/>`,
    `<circle cx="${x(market)}" cy="${y(won)}" r="6" fill="none" stroke="#c52"/>`
  ]
}

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

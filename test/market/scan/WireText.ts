/**
 * Lines as a stream could send them, and as it never would: messages in text, with their keys in any order, spaces, escapes,
 * unknown keys, odd numbers and missing fields, determined by a seed; and the same with bytes lost, changed or added.
 */

/** A generator of numbers below `bound` that a seed determines (xorshift). */
const random = (seed: number) => {
  let state = seed | 1
  return (bound: number) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % bound
  }
}

export class WireText {
  readonly next: (bound: number) => number
  private readonly spaces: number

  constructor(seed: number) {
    this.next = random(seed)
    this.spaces = this.next(3)
  }

  /** A message's line without its newline: most are plain, some have one thing or another that is odd. */
  message(): string {
    return this.object([
      ["op", this.rarely(['"mcm"'], ['"x"', "null", "7", '"\\u006dcm"'], 60)],
      ["pt", this.rarely([String(1_600_000_000_000 + this.next(1e6))], ["-5", "1.5", "1.6e12", '"soon"', "null"], 60)],
      ["mc", this.rarely([this.list(1 + this.next(3), () => this.change())], ["null", "{}", "[]", "[null]", "7"], 40)],
      ["clk", this.oneOf(['"AAAAAAA="', "null", '"a\\"b\\\\"', '"é漢🐎"', '"\\ud83d"'])],
      ["ct", '"HEARTBEAT"'],
      ["id", "3"]
    ])
  }

  /** A message that begins as the one before it, most of the time. */
  following(): string {
    if (this.next(20) === 0) return this.message()
    const clock = this.rarely(['"AAAAAAA="', `"${this.next(1e9)}"`], ["null", '"a\\""', '""'], 10)
    const first = this.rarely(
      ['"id":"1.100",', '"id":"1.101",'],
      ['"img":true,"id":"1.100",', '"tv":3,"id":"1.100",', ""],
      6
    )
    const change = this.change()
    const rest = change.slice(1) === "}" ? '"con":true}' : change.slice(1)
    const end = this.rarely([""], [',"pt":1600000000000', ',"mc":[]', ',"op":"mcm"', ',"x":1', `,"clk":${clock}`], 15)
    const more = this.next(4) === 0 ? `,${this.change()}` : ""
    return `{"op":"mcm","clk":${clock},"pt":${1_600_000_000_000 + this.next(1e6)},"mc":[{${first}${rest}${more}]${end}}`
  }

  /** The line with a byte or a few lost, changed or added, or cut. */
  damaged(line: string): Buffer {
    const bytes = Buffer.from(line)
    const at = this.next(bytes.length + 1)
    switch (this.next(4)) {
      case 0:
        return bytes.subarray(0, at)
      case 1:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + this.next(3))])
      case 2:
        return Buffer.concat([bytes.subarray(0, at), this.byte(), bytes.subarray(at)])
      default:
        return Buffer.concat([bytes.subarray(0, at), this.byte(), bytes.subarray(at + 1)])
    }
  }

  private byte(): Buffer {
    const likely = '{}[]",:.0159eE+- \\\t\r\u0001'
    return this.next(4) === 0 ? Buffer.of(this.next(256)) : Buffer.from(likely[this.next(likely.length)]!)
  }

  private oneOf(values: ReadonlyArray<string>): string {
    return values[this.next(values.length)]!
  }

  /** One of the odd values once in `often` times. */
  private rarely(usual: ReadonlyArray<string>, odd: ReadonlyArray<string>, often: number): string {
    return this.next(often) === 0 ? this.oneOf(odd) : this.oneOf(usual)
  }

  private space(): string {
    if (this.spaces === 0) return ""
    if (this.spaces === 1) return " "
    return this.next(20) === 0 ? this.oneOf(["\t", "  ", " \t ", "\r"]) : this.oneOf(["", " "])
  }

  private list(count: number, make: () => string): string {
    const entries = Array.from({ length: count }, make)
    return `[${this.spaces === 2 ? this.space() : ""}${entries.join(`,${this.space()}`)}]`
  }

  /** Most of the fields in any order, at times one that nobody knows, twice the same, or a key with an escape. */
  private object(fields: ReadonlyArray<readonly [key: string, value: string]>): string {
    const left = fields
      .filter(() => this.next(12) > 0)
      .map(([key, value]): readonly [string, string] => [`"${key}"`, value])
    if (this.next(8) === 0) left.push([this.oneOf(['"x"', '"xbatb"', '"con"', '"\\"a"', '"é"', '""']), this.value(3)])
    if (this.next(40) === 0 && left.length > 0) left.push(left[this.next(left.length)]!)
    if (this.next(60) === 0) left.push(['"\\u0061tb"', "[[2, 2]]"])
    const text: Array<string> = []
    while (left.length > 0) {
      const [[key, value]] = left.splice(this.next(left.length), 1) as [readonly [string, string]]
      text.push(`${key}${this.spaces === 2 ? this.space() : ""}:${this.space()}${value}`)
    }
    return `{${this.spaces === 2 ? this.space() : ""}${text.join(`,${this.space()}`)}}`
  }

  private value(depth: number): string {
    const plain = ["null", "true", "false", "-1.5e-3", "0", '"a\\n{]"', "[]", "{}", '"\\u00e9"']
    if (depth === 0 || this.next(2) === 0) return this.oneOf(plain)
    if (this.next(2) === 0) return this.list(this.next(3), () => this.value(depth - 1))
    return this.object([
      ["a", this.value(depth - 1)],
      ["atb", this.value(depth - 1)]
    ])
  }

  private change(): string {
    const fields: Array<readonly [string, string]> = [
      ["id", this.rarely(['"1.100"', '"1.101"', '"1.23456789012"'], ['"x"', "5", '"1.1\\u0030"', '"1."', "null"], 40)],
      ["rc", this.rarely([this.list(this.next(4), () => this.runner())], ["null", "{}", "[null]", "[{}]"], 40)],
      ["con", "true"]
    ]
    if (this.next(6) === 0) fields.push(["img", this.oneOf(["true", "true", "false", "null", "1"])])
    if (this.next(3) === 0) fields.push(["tv", this.size()])
    if (this.next(8) === 0) fields.push(["marketDefinition", this.definition()])
    return this.object(fields)
  }

  private definition(): string {
    if (this.next(15) === 0) return this.oneOf(["null", "[]", '"x"', "{}"])
    const runner = (id: number) =>
      this.object([
        ["id", String(id)],
        ["status", this.rarely(['"ACTIVE"', '"REMOVED"'], ['"ASLEEP"'], 20)],
        ["name", this.oneOf(['"Ré } \\" Ünü"', '"漢字 🐎"', '"A\\\\"'])],
        ["adjustmentFactor", this.oneOf(["12.5", "-3", "null"])]
      ])
    return this.object([
      ["status", this.rarely(['"OPEN"', '"SUSPENDED"'], ['"DANCING"'], 20)],
      ["marketTime", this.rarely(['"2024-06-01T14:00:00.000Z"'], ['"never"'], 20)],
      ["version", String(this.next(3))],
      ["runners", `[${[1, 2, 3].map(runner).join(",")}]`]
    ])
  }

  private runner(): string {
    const fields: Array<readonly [string, string]> = [
      [
        "id",
        this.rarely(["1", "2", "3", "42930960", "68719476735"], ["0", "-1", "1.5", "2.0", '"7"', "68719476736"], 60)
      ]
    ]
    const lists = ["atb", "atl", "trd", "spb", "spl"]
    const levels = ["batb", "batl", "bdatb", "bdatl"]
    for (const key of lists) if (this.next(3) === 0) fields.push([key, this.entries(() => this.pair())])
    for (const key of levels) if (this.next(8) === 0) fields.push([key, this.entries(() => this.level())])
    if (this.next(3) === 0) fields.push(["ltp", this.price()])
    if (this.next(3) === 0) fields.push(["tv", this.size()])
    if (this.next(4) === 0) fields.push(["spn", this.startingPrice()])
    if (this.next(4) === 0) fields.push(["spf", this.startingPrice()])
    if (this.next(6) === 0) fields.push(["hc", this.oneOf(["0", "0.0", "-0.5", "1.25", "null", "-0", "9000", "0.1"])])
    return this.object(fields)
  }

  private entries(make: () => string): string {
    return this.rarely(
      [this.list(this.next(4), make)],
      ["null", "{}", "7", "[[]]", "[null]", "[[2]]", "[[2,3,4,5]]"],
      60
    )
  }

  private pair(): string {
    return this.tuple([this.price(), this.size()])
  }

  private level(): string {
    const level = this.rarely([String(this.next(5))], ["10", "-1", "0.5", "9"], 40)
    return this.tuple(this.next(5) === 0 ? [level, "0", "0"] : [level, this.price(), this.size()])
  }

  private tuple(numbers: ReadonlyArray<string>): string {
    return `[${numbers.join(`,${this.space()}`)}]`
  }

  private price(): string {
    const usual = [
      ((101 + this.next(900)) / 100).toString(),
      String(2 + this.next(990)),
      (1 + this.next(90) / 10).toFixed(1)
    ]
    return this.rarely(usual, oddNumbers, 50)
  }

  private size(): string {
    const usual = [(this.next(1e6) / 100).toString(), String(this.next(1e4)), "0", (this.next(1e8) / 100).toFixed(2)]
    return this.rarely(usual, oddNumbers, 30)
  }

  private startingPrice(): string {
    const usual = [(this.next(1e6) / 1e4).toString(), '"NaN"', '"Infinity"', String(this.next(100) * 1.1)]
    return this.rarely([...usual, "null", "4.567891234567891"], [...oddNumbers, '"x"'], 30)
  }
}

/** Numbers in JSON that no price or size looks like, and some texts that are none. */
const oddNumbers: ReadonlyArray<string> = [
  "0",
  "0.0",
  "0.00",
  "-0",
  "-2.5",
  "0.001",
  "0.004999999999999999999",
  "0.005",
  "1.005",
  "1.115",
  "2.675",
  "1.1500000000000001",
  "3.0000000000000004",
  "12345678.9",
  "123456789.12",
  "999999999",
  "1234567890123.45",
  "1E3",
  "1.5e2",
  "1.23456789E7",
  "2.5E+1",
  "250e-2",
  "1e-400",
  "1e400",
  "1e300",
  "100000000.01",
  "10000000000",
  "10000000000.01",
  "01",
  "1.",
  ".5",
  "+1",
  "1e",
  "0x1",
  "null",
  "true",
  '"2.5"'
]

/**
 * Market changes as they come over the stream, read as a replay reads them: from bytes to numbers on a tape, and what the
 * scanner does not know through `JSON.parse`. One batch, filled again and again.
 */
import * as Envelope from "../betfair/stream/Envelope.ts"
import type { Sink } from "../betfair/stream/Listener.ts"
import type { MarketId } from "../domain/Identifiers.ts"
import type { MarketBook } from "./MarketBook.ts"
import type { MarketChange, MarketDefinitionMessage, MarketMessage } from "./MarketMessage.ts"
import type { MessageBatch, MessageTarget } from "./MessageBatch.ts"
import { MessageScanner } from "./scan/MessageScanner.ts"
import { MessageTape } from "./scan/MessageTape.ts"

export class StreamedBatch implements MessageBatch, Sink<MessageBatch> {
  length = 0
  private readonly scanner = new MessageScanner()
  private readonly tape = new MessageTape()
  private readonly times: Array<number> = []
  /** Where a message begins on the tape, or the message if it had to be parsed. */
  private readonly messages: Array<number | MarketMessage> = []
  private isTaken = false
  /** To be handed over with the next batch, one of a market. */
  private readonly added = new Map<string, MarketMessage>()
  private readonly onClosed: (marketId: string) => void

  /** @param onClosed told of each market whose closing definition was heard */
  constructor(onClosed: (marketId: string) => void = () => undefined) {
    this.onClosed = onClosed
  }

  add(line: Buffer, { pt }: Pick<Envelope.Envelope, "pt">): boolean {
    this.begin()
    const { scanner } = this
    if (scanner.scan(line, 0) !== line.length - 1) {
      const message = Envelope.objectOf(line)
      if (message === null || pt === null) return false
      this.push({ ...message, op: "mcm", pt } satisfies MarketMessage, pt)
      return true
    }
    const { definitionCount, definitions } = scanner.tape
    for (let i = 0; i < definitionCount; i++) {
      if (definitions[i]!.status !== "CLOSED") continue
      this.tellClosed(Envelope.objectOf(line)?.mc)
      break
    }
    this.times[this.length] = scanner.publishTime
    this.messages[this.length++] = this.tape.append(scanner.tape)
    return true
  }

  /** Adds a change that did not come over the stream; it is handed over with what comes next. */
  inject(change: MarketChange, publishTime: number): void {
    this.added.set(change.id, { op: "mcm", pt: publishTime, mc: [change] })
  }

  take(): MessageBatch | null {
    if (this.added.size > 0) {
      this.begin()
      for (const message of this.added.values()) this.push(message, message.pt)
      this.added.clear()
    }
    if (this.isTaken || this.length === 0) return null
    this.isTaken = true
    return this
  }

  publishTime(index: number): number {
    return this.times[index]!
  }

  applyTo(target: MessageTarget, index: number): ReadonlyArray<MarketBook> {
    const message = this.messages[index]!
    return typeof message === "number"
      ? target.applyScanned(this.tape, message, this.times[index]!)
      : target.apply(message)
  }

  /** Empties the batch if it has been handed over. */
  private begin(): void {
    if (!this.isTaken) return
    this.isTaken = false
    this.length = 0
    this.messages.length = 0
    this.tape.clear()
  }

  private push(message: MarketMessage, publishTime: number): void {
    this.times[this.length] = publishTime
    this.messages[this.length++] = message
    this.tellClosed(message.mc)
  }

  /** @param changes of any shape: books report what they cannot use of it */
  private tellClosed(changes: unknown): void {
    if (!Array.isArray(changes)) return
    for (const change of changes as ReadonlyArray<Partial<MarketChange> | null>) {
      const definition: MarketDefinitionMessage | null | undefined = change?.marketDefinition
      if (definition?.status === "CLOSED" && typeof change?.id === "string") this.onClosed(change.id as MarketId)
    }
  }
}

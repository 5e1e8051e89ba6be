/**
 * One reading of a source for many readers who go at the same pace: the next batch is read when all have asked for it, so
 * no more than one is held, however many readers there are.
 */
export class SharedReading<Batch> {
  private readonly readers: number
  private readonly read: () => Promise<Batch | null>
  private waiting: Array<PromiseWithResolvers<Batch | null>> = []

  constructor(readers: number, read: () => Promise<Batch | null>) {
    this.readers = readers
    this.read = read
  }

  /** For each reader to call once a batch. Gotcha: a reader that stops asking keeps the others waiting for ever. */
  readonly next = (): Promise<Batch | null> => {
    const asked = Promise.withResolvers<Batch | null>()
    this.waiting.push(asked)
    if (this.waiting.length === this.readers) {
      const { waiting } = this
      this.waiting = []
      this.read().then(
        (batch) => waiting.forEach(({ resolve }) => resolve(batch)),
        (cause) => waiting.forEach(({ reject }) => reject(cause))
      )
    }
    return asked.promise
  }
}

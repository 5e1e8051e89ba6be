/** The latest items of a sequence, so that a listener who knows up to where it heard can be told the rest. */
export class History<A> {
  private readonly items: Array<A> = []
  private readonly capacity: number
  private count = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** The number of the newest item, from 1; 0 before the first. */
  get last(): number {
    return this.count
  }

  push(item: A): void {
    this.items[this.count % this.capacity] = item
    this.count += 1
  }

  /** Something is lost: nobody can be told the rest of what came before now. */
  skip(): void {
    this.count += this.capacity + 1
  }

  /** What came after number `after`; undefined when some of it is gone. */
  since(after: number): ReadonlyArray<A> | undefined {
    if (after > this.count || after < 0 || this.count - after > this.capacity) return undefined
    return Array.from({ length: this.count - after }, (_, index) => this.items[(after + index) % this.capacity]!)
  }
}

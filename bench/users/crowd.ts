/** Many requests, a number of them at a time, and how long each took. */
import { quantile } from '../figures.ts'

export interface Crowd {
  readonly wallMs: number
  readonly p50: number
  readonly p99: number
}

/** Does `work` for each item, over this many connections. Ends at the first failure. */
export async function crowd<T>(
  items: Iterable<T>,
  connections: number,
  work: (item: T) => Promise<unknown>,
): Promise<Crowd> {
  const times: number[] = []
  const queue = items[Symbol.iterator]()
  const began = performance.now()
  const client = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const asked = performance.now()
      await work(next.value)
      times.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  const wallMs = performance.now() - began
  return { wallMs, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

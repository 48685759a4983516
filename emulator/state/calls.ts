/** A record of the calls that reached Google: the last few thousand. */
import type { CallFilter, CallRecord } from '../protocol.ts'

const MAX_CALLS = 5_000
/**
 * Old calls are dropped in blocks of this size, so that a busy emulator does not move the whole array with every
 * call.
 */
const SLACK = 500

export type NewCall = Pick<CallRecord, 'upstream' | 'method' | 'path' | 'headers'> &
  Partial<Pick<CallRecord, 'model' | 'project' | 'location'>>

export class Calls {
  #records: CallRecord[] = []
  #lastId = 0

  open(call: NewCall, at: number): CallRecord {
    this.#lastId += 1
    const record = { id: this.#lastId, at, ...call, events: 0, aborted: false, finished: false }
    this.#records.push(record)
    if (this.#records.length > MAX_CALLS + SLACK) this.#records = this.#records.slice(-MAX_CALLS)
    return record
  }

  list(filter: CallFilter = {}): CallRecord[] {
    const wanted = [
      ['credential', filter.credential],
      ['model', filter.model],
      ['method', filter.method],
      ['upstream', filter.upstream],
    ] as const
    const found = this.#records.filter((record) =>
      wanted.every(([field, value]) => value === undefined || record[field] === value),
    )
    return filter.limit === undefined ? found : found.slice(-filter.limit)
  }

  clear(): void {
    this.#records = []
  }
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(['x-goog-api-key', 'cookie'])

export function recordHeaders(headers: Headers): Record<string, string> {
  const recorded: Record<string, string> = {}
  for (const [name, value] of headers) {
    recorded[name] = SECRET_HEADERS.has(name) ? '…' : value
  }
  const authorization = headers.get('authorization')
  if (authorization !== null) recorded['authorization'] = authorization.split(' ', 1).join('')
  return recorded
}

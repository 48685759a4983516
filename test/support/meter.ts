/**
 * Counts what Cloudflare would bill for the objects: calls, rows, alarms. Possible since tests, Worker and objects
 * share one isolate.
 */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { UserObject } from '../../src/objects/user.ts'

const CALLS = ['admission', 'lease', 'settle', 'settleAndLease', 'alarm'] as const

const OF_TOTALS = /\b(?:told|sums|tallies \(|people|read_up_to|pushed_version = )/

type Method = (this: unknown, ...given: unknown[]) => unknown

export interface Bill {
  /** Calls of the user's object, in the order in which they ended. */
  readonly calls: readonly (typeof CALLS)[number][]
  readonly rowsRead: number
  readonly rowsWritten: number
  /** Each is billed as a written row, in addition to those above. */
  readonly alarmsSet: number
}

/** What the users' objects do until `done` returns true. */
export async function billOf(
  act: () => Promise<unknown>,
  done: (bill: Bill) => boolean,
): Promise<Bill> {
  const calls: Bill['calls'][number][] = []
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  let alarmsSet = 0
  const spies = CALLS.map((name) => {
    const method = Reflect.get(UserObject.prototype, name) as Method
    return vi.spyOn(UserObject.prototype, name).mockImplementation(async function (
      this: UserObject,
      ...given: unknown[]
    ) {
      const result = await method.apply(this, given)
      calls.push(name)
      return result as never
    })
  })
  const { sql, storage } = await prototypes()
  // Reflect.apply calls them on the right object.
  const exec = Reflect.get(sql, 'exec') as Method
  const setAlarm = Reflect.get(storage, 'setAlarm') as Method
  sql.exec = function (...statement: unknown[]) {
    const cursor = Reflect.apply(exec, this, statement) as (typeof cursors)[number]
    // Users' objects report to the totals object by alarm, at any time, so its rows are left out.
    if (!OF_TOTALS.test(String(statement[0]))) cursors.push(cursor)
    return cursor as never
  }
  storage.setAlarm = function (...given: unknown[]) {
    alarmsSet++
    return Reflect.apply(setAlarm, this, given) as Promise<void>
  }
  const bill = (): Bill => ({
    calls,
    alarmsSet,
    rowsRead: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    rowsWritten: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
  })
  try {
    await act()
    const deadline = Date.now() + 5000
    while (!done(bill())) {
      if (Date.now() > deadline) throw new Error(`Not done: ${JSON.stringify(bill())}`)
      await scheduler.wait(5)
    }
    return bill()
  } finally {
    Object.assign(sql, { exec })
    Object.assign(storage, { setAlarm })
    for (const spy of spies) spy.mockRestore()
  }
}

/** The prototypes from which every object's storage inherits. */
async function prototypes(): Promise<{
  readonly sql: SqlStorage
  readonly storage: DurableObjectStorage
}> {
  const stub = env.USERS.getByName('nobody')
  return runInDurableObject(stub, (_, { storage }) => ({
    sql: Object.getPrototypeOf(storage.sql) as SqlStorage,
    storage: Object.getPrototypeOf(storage) as DurableObjectStorage,
  }))
}

/** One user's object alone, with as many leases and settlements as it can take. */
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { absolute, millis } from '../report.ts'
import { bundle, configure, pollux, subjectCode, USER_KEY } from '../subjects.ts'
import { startWorkerd } from '../workerd.ts'
import { type Case, scaled } from './case.ts'

/** Enough for a minute on a machine faster than any so far. */
const PAIRS = 160_000
const CREDENTIALS = 5
const CONNECTIONS = 8

export const object: Case = {
  name: 'object',
  async run(sides, effort) {
    const folder = mkdtempSync(join(tmpdir(), 'pollux-bench-'))
    const userId = hash('sha256', USER_KEY)
    const worker = pollux(sides.upstreamPort, bundle('bench/subjects/counted.ts'))
    const driver = {
      name: 'driver',
      code: subjectCode('driver'),
      foreign: { USERS: { worker: 'pollux', class: 'UserObject' } },
    }
    const workerd = await startWorkerd(folder, [worker, driver], ['pollux', 'driver'])
    const port = workerd.ports['driver'] ?? 0
    try {
      await configure(workerd.port, CREDENTIALS)
      const pairs = scaled(PAIRS, effort)
      const job = { port, path: `/${userId}`, headers: {}, bodies: [''], connections: CONNECTIONS }
      const { wallMs, failed, firstByteMs } = await sides.ask({ ...job, requests: pairs })
      if (failed > 0) throw new Error(`${failed} leases failed`)
      const rows = await fetch(`http://127.0.0.1:${port}/${userId}/rows`)
      const rowsEach = Number(await rows.text()) / pairs
      const rate = (pairs / wallMs) * 1000
      const work = `one user, ${CREDENTIALS} credentials, ${pairs} leases and settles in ${(wallMs / 1000).toFixed(0)} s`
      return {
        rows: [
          absolute({ work, measure: 'a second' }, rate.toFixed(0), {
            must: '≥ 1000',
            aim: '2000',
            met: rate >= 1000,
          }),
          absolute({ work, measure: 'lease, p99' }, millis(firstByteMs.p99), {
            must: '< 20 ms',
            aim: '',
            met: firstByteMs.p99 < 20,
          }),
          absolute({ work, measure: 'rows written per request' }, rowsEach.toFixed(2), {
            must: '≤ 2',
            aim: '< 1',
            met: rowsEach <= 2,
          }),
        ],
        notes: [`object: lease p50 ${millis(firstByteMs.p50)}, at ${CONNECTIONS} connections.`],
      }
    } finally {
      await workerd.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

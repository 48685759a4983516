import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { CallSignatures } from '../../src/objects/ledger/call-signatures.ts'
import { migrate } from '../../src/objects/storage.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const DAY_MS = 24 * 60 * 60_000
const MAKER = { model: 'gemini-3.8-flash', upstream: 'gemini-api' } as const

/** Runs in the storage of a real object. `restart` opens the same table anew, as the object's next life would. */
function withTable(test: (restart: () => CallSignatures, sql: SqlStorage) => void): Promise<void> {
  const object = env.USERS.getByName(crypto.randomUUID())
  return runInDurableObject(object, (_instance, state) => {
    migrate(state.storage, NOW, 'of-a-test')
    test(() => new CallSignatures(state.storage.sql), state.storage.sql)
  })
}

function keep(signatures: CallSignatures, ids: readonly string[], now = NOW): void {
  const kept = ids.map((callId) => ({ callId, signature: `of ${callId}` }))
  signatures.keep(kept, MAKER, now)
}

function flush(signatures: CallSignatures): void {
  signatures.flush()
  signatures.flushed()
}

function rows(sql: SqlStorage): number {
  return Number(sql.exec('SELECT count(*) AS n FROM call_signatures').one()['n'])
}

describe('call signatures', () => {
  it('are known before they are written, and in the next life after', () =>
    withTable((restart) => {
      const before = restart()
      keep(before, ['a', 'b'])
      expect(before.isChanged).toBe(true)
      expect(before.of(['b', 'c'], MAKER, NOW)).toEqual(new Map([['b', 'of b']]))
      flush(before)
      expect(before.isChanged).toBe(false)
      expect(restart().of(['a', 'b', 'c'], MAKER, NOW)).toEqual(
        new Map([
          ['a', 'of a'],
          ['b', 'of b'],
        ]),
      )
    }))

  it.each([
    { model: 'gemini-3.6-flash', upstream: 'gemini-api' },
    { model: 'gemini-3.8-flash', upstream: 'vertex' },
  ] as const)('are null for another maker: %j', (other) =>
    withTable((restart) => {
      const signatures = restart()
      keep(signatures, ['a'])
      expect(signatures.of(['a'], other, NOW)).toEqual(new Map([['a', null]]))
    }),
  )

  it('are forgotten after three days, also before they are pruned', () =>
    withTable((restart, sql) => {
      const signatures = restart()
      keep(signatures, ['a'])
      flush(signatures)
      expect(signatures.of(['a'], MAKER, NOW + 3 * DAY_MS - 1).size).toBe(1)
      expect(signatures.of(['a'], MAKER, NOW + 3 * DAY_MS).size).toBe(0)
      signatures.prune(NOW + 3 * DAY_MS - 1)
      expect(rows(sql)).toBe(1)
      signatures.prune(NOW + 3 * DAY_MS)
      expect(rows(sql)).toBe(0)
    }))

  it('are bounded in number: the oldest go', () =>
    withTable((restart, sql) => {
      const signatures = restart()
      for (let answer = 0; answer < 2300; answer++) {
        keep(signatures, [`call-${answer}`], NOW + answer)
        flush(signatures)
      }
      expect(rows(sql)).toBeLessThanOrEqual(2100)
      expect(signatures.of(['call-0', 'call-2299'], MAKER, NOW)).toEqual(
        new Map([['call-2299', 'of call-2299']]),
      )
    }))

  it('are bounded in size, also by what lives before have left', () =>
    withTable((restart, sql) => {
      const signature = 'E'.repeat(65_536)
      for (let answer = 0; answer < 150; answer++) {
        const signatures = restart()
        signatures.keep([{ callId: String(answer), signature }], MAKER, NOW + answer)
        flush(signatures)
      }
      const { chars } = sql
        .exec('SELECT sum(length(signature)) AS chars FROM call_signatures')
        .one()
      expect(chars).toBeLessThanOrEqual(8_000_000)
      expect(restart().of(['149'], MAKER, NOW).get('149')).toBe(signature)
    }))

  it('keep no endless id, no endless signature, and no endless list', () =>
    withTable((restart, sql) => {
      const signatures = restart()
      keep(signatures, ['x'.repeat(65)])
      signatures.keep([{ callId: 'y', signature: 'E'.repeat(65_537) }], MAKER, NOW)
      expect(signatures.isChanged).toBe(false)
      keep(
        signatures,
        Array.from({ length: 500 }, (_, index) => String(index)),
      )
      flush(signatures)
      expect(rows(sql)).toBe(100)
    }))

  it('are told again where writing them failed', () =>
    withTable((restart, sql) => {
      const signatures = restart()
      keep(signatures, ['a'])
      signatures.flush()
      sql.exec('DELETE FROM call_signatures') // As if the transaction were rolled back.
      expect(signatures.isChanged).toBe(true)
      expect(signatures.of(['a'], MAKER, NOW).get('a')).toBe('of a')
      flush(signatures)
      expect(restart().of(['a'], MAKER, NOW).get('a')).toBe('of a')
    }))
})

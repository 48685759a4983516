/** A crash of our own code while a stream is passed on. No known answer of Google's causes one. */
import { describe, expect, it } from 'vitest'
import { Aborting } from '../../src/gateway/control.ts'
import { Outlet } from '../../src/gateway/outlet.ts'
import type { StreamEncoder } from '../../src/dialects/dialect.ts'
import { pump } from '../../src/gateway/pump.ts'
import type { Lease } from '../../src/objects/ledger/lease.ts'
import { UpstreamEvents } from '../../src/upstreams/events.ts'

const FRAME = { candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] }
const bug = (): never => {
  throw new TypeError('undefined is not a function')
}

function carried(encoder: Partial<StreamEncoder>): {
  text: Promise<string>
  runs: ReturnType<typeof pump>
  errors: unknown[]
} {
  const outlet = new Outlet()
  const errors: unknown[] = []
  const events = new UpstreamEvents(new Response('').body ?? bug(), () => undefined)
  const input = {
    lease: { deadline: Date.now() + 60_000 } as Lease,
    events,
    first: { responses: [FRAME], fault: null, done: true },
    control: new Aborting(),
    resume: bug,
    again: null,
    isRepeat: false,
    bearsSilence: false,
    idleTimeoutMs: 10_000,
    keepAlive: () => ': \n\n',
    encoder: {
      encode: () => 'a',
      end: () => ({ ok: true, frames: 'z' }) as const,
      fail: ({ reason }: { readonly reason: string }) => reason,
      ...encoder,
    },
    crashed: (error: unknown) => {
      errors.push(error)
      return { reason: 'internal_error', message: 'Broken.' } as const
    },
  }
  return { text: new Response(outlet.body).text(), runs: pump([input], outlet), errors }
}

describe('a bug while a stream is carried', () => {
  it.each<[string, Partial<StreamEncoder>, string]>([
    ['in a chunk', { encode: bug }, 'internal_error'],
    ['in the end', { end: bug }, 'ainternal_error'],
  ])('%s is told, noted and settled', async (_, encoder, told) => {
    const { text, runs, errors } = carried(encoder)
    expect(await text).toBe(told)
    expect(await Promise.all(runs)).toMatchObject([{ verdict: { kind: 'upstream_fault' } }])
    expect(errors).toHaveLength(1)
  })
})

import type { GenerateContentResponse, UsageMetadata } from '../gemini/types.ts'
import type { Failure } from '../http/errors.ts'
import type { Lease } from '../objects/lease.ts'
import type { Batch, UpstreamEvents } from '../upstreams/events.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import { brokenOff, CLIENT_LEFT, DONE, type Failed, faultOf, TOO_SLOW } from './attempt.ts'
import { failureOf } from './failure.ts'

/** A dialect's side of a stream: pivot responses in, text for the client out. */
export interface StreamEncoder {
  /** Frames for one response; empty where it says nothing to the client. */
  encode(response: GenerateContentResponse): string
  /** The last frames. Not ok where the answer is not whole: they are an error then, never a made-up end. */
  end():
    | { readonly ok: true; readonly frames: string }
    | { readonly ok: false; readonly frames: string }
  /** The frames that tell the client of a failure. */
  fail(failure: Failure): string
}

export interface PumpInput {
  readonly lease: Lease
  readonly events: UpstreamEvents
  readonly first: Batch
  readonly encoder: StreamEncoder
  readonly control: AbortController
  readonly idleTimeoutMs: number
  /** A comment of the dialect's framing, which clients skip. */
  readonly keepAlive: string
}

/** How the stream ended, for the ledger. */
export interface Pumped {
  readonly verdict: Verdict
  readonly usage: UsageMetadata | undefined
}

/** workerd tells of a client that left when something is written to it, so silence is broken this often. */
const KEEP_ALIVE_MS = 5000
/** The attempt must be settled before its lease is taken for lost. */
const LEASE_MARGIN_MS = 10_000

/**
 * Carries an upstream's stream to a client: one write for all that one read brought, waiting for the client to take it.
 * The body is for the response; `ended` resolves when all is over, and never rejects.
 */
export function pump(input: PumpInput): {
  body: ReadableStream<Uint8Array>
  ended: Promise<Pumped>
} {
  const { readable, writable } = new IdentityTransformStream()
  return { body: readable, ended: run(input, writable.getWriter()) }
}

async function run(input: PumpInput, writer: WritableStreamDefaultWriter): Promise<Pumped> {
  const { lease, events, first, encoder, control, idleTimeoutMs } = input
  const utf8 = new TextEncoder()
  let usage: UsageMetadata | undefined
  let quietTicks = 0
  // A client that reads slowly is no silence of Google's: time counts only while the upstream is waited for.
  let waitsForUpstream = false

  const write = async (frames: string): Promise<void> => {
    if (frames === '') return
    try {
      await writer.write(utf8.encode(frames))
    } catch {
      control.abort(CLIENT_LEFT)
    }
  }
  // One timer a stream, none a chunk. The first tick after a chunk may come at once, so it proves no silence.
  const tickMs = Math.min(KEEP_ALIVE_MS, Math.ceil(idleTimeoutMs / 4))
  const timer = setInterval(() => {
    if (Date.now() > lease.deadline - LEASE_MARGIN_MS) {
      control.abort(TOO_SLOW)
      // A client that has stopped reading holds a write up; that must not hold the settlement up.
      void writer.abort(TOO_SLOW)
    } else if (waitsForUpstream) {
      quietTicks++
      if ((quietTicks - 1) * tickMs >= idleTimeoutMs) control.abort(TOO_SLOW)
      else void write(input.keepAlive)
    }
  }, tickMs)

  const finish = async (failed: Failed | null): Promise<Pumped> => {
    const left = control.signal.reason === CLIENT_LEFT
    if (left) return { verdict: { kind: 'cancelled' }, usage }
    if (failed !== null && failed.verdict.kind !== 'cancelled') {
      await write(encoder.fail(failureOf(failed.verdict, failed.error, lease.model)))
      return { verdict: failed.verdict, usage }
    }
    const end = encoder.end()
    await write(end.frames)
    return { verdict: end.ok ? { kind: 'ok' } : TRUNCATED, usage }
  }

  try {
    let batch = first
    for (;;) {
      quietTicks = 0
      let frames = ''
      for (const response of batch.responses) {
        frames += encoder.encode(response)
        usage = response.usageMetadata ?? usage
      }
      await write(frames)
      if (control.signal.aborted) return await finish(brokenOff(control.signal, 200))
      if (batch.fault !== null) return await finish(faultOf(lease.access.upstream, batch.fault))
      if (batch.done) return await finish(null)
      waitsForUpstream = true
      batch = await events.next()
      waitsForUpstream = false
    }
  } catch {
    // The upstream's connection broke or was aborted. After a finish reason the answer is whole all the same: `end` knows.
    const aborted = control.signal.aborted
    return await finish(aborted ? brokenOff(control.signal, 200) : null)
  } finally {
    clearInterval(timer)
    control.abort(DONE)
    await writer.close().catch(() => undefined) // the client has left: there is nothing to close
  }
}

const TRUNCATED: Verdict = { kind: 'upstream_fault', reason: 'truncated' }

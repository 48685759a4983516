import { isFinal } from '../gemini/response.ts'
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
  end(): StreamEnd
  /** The frames that tell the client of a failure. */
  fail(failure: Failure): string
}

export type StreamEnd =
  | { readonly ok: true; readonly frames: string }
  | { readonly ok: false; readonly failure: Failure; readonly frames: string }

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
const LEASE_MARGIN_MS = 30_000

/**
 * Carries an upstream's stream to a client: one write for all that one read brought, waiting for the client to take it.
 * The body is for the response; `ended` resolves when all is over, and never rejects.
 */
export function pump(input: PumpInput): {
  body: ReadableStream<Uint8Array>
  ended: Promise<Pumped>
} {
  const { readable, writable } = new IdentityTransformStream()
  return { body: readable, ended: new Pump(input, writable.getWriter()).run() }
}

class Pump {
  readonly #input: PumpInput
  readonly #writer: WritableStreamDefaultWriter
  readonly #utf8 = new TextEncoder()
  #usage: UsageMetadata | undefined
  /** Google has said how the answer ended: what comes after, or does not come, changes nothing. */
  #isWhole = false
  #waitsFor: 'upstream' | 'client' = 'client'
  #quietTicks = 0

  constructor(input: PumpInput, writer: WritableStreamDefaultWriter) {
    this.#input = input
    this.#writer = writer
  }

  async run(): Promise<Pumped> {
    const { idleTimeoutMs, control } = this.#input
    // One timer a stream, none a chunk.
    const tickMs = Math.min(KEEP_ALIVE_MS, Math.ceil(idleTimeoutMs / 4))
    const timer = setInterval(() => this.#tick(tickMs), tickMs)
    try {
      return await this.#carry()
    } finally {
      clearInterval(timer)
      control.abort(DONE)
      await this.#writer.close().catch(() => undefined) // the client has left: there is nothing to close
    }
  }

  async #carry(): Promise<Pumped> {
    const { events, first, control, lease } = this.#input
    try {
      let batch = first
      for (;;) {
        await this.#write(this.#encode(batch.responses))
        if (control.signal.aborted) return await this.#finish(brokenOff(control.signal, 200))
        if (batch.fault !== null) return await this.#finish(faultOf(lease.access, batch.fault))
        if (batch.done) return await this.#finish(null)
        this.#waitsFor = 'upstream'
        batch = await events.next()
        this.#waitsFor = 'client'
        this.#quietTicks = 0
      }
    } catch {
      // The upstream's connection broke, or was aborted: `brokenOff` knows which.
      return this.#finish(brokenOff(control.signal, 200))
    }
  }

  #encode(responses: readonly GenerateContentResponse[]): string {
    let frames = ''
    for (const response of responses) {
      frames += this.#input.encoder.encode(response)
      this.#usage = response.usageMetadata ?? this.#usage
      if (isFinal(response)) this.#isWhole = true
    }
    return frames
  }

  async #finish(failed: Failed | null): Promise<Pumped> {
    const { encoder, lease, control } = this.#input
    const usage = this.#usage
    if (control.signal.reason === CLIENT_LEFT) return { verdict: { kind: 'cancelled' }, usage }
    if (failed !== null && !this.#isWhole) {
      await this.#write(encoder.fail(failureOf(failed.verdict, failed.error, lease)))
      return { verdict: failed.verdict, usage }
    }
    const end = encoder.end()
    await this.#write(end.frames)
    return { verdict: end.ok ? { kind: 'ok' } : unusable(end.failure), usage }
  }

  async #write(frames: string): Promise<void> {
    if (frames === '') return
    try {
      await this.#writer.write(this.#utf8.encode(frames))
    } catch {
      this.#input.control.abort(CLIENT_LEFT)
    }
  }

  #tick(tickMs: number): void {
    const { control, lease, idleTimeoutMs, keepAlive } = this.#input
    if (Date.now() > lease.deadline - LEASE_MARGIN_MS) {
      // A client that has stopped reading holds a write up; that must not hold the settlement up.
      if (control.signal.aborted) void this.#writer.abort(TOO_SLOW)
      control.abort(TOO_SLOW)
      return
    }
    // A client that reads slowly is no silence of Google's.
    if (this.#waitsFor === 'client') return
    this.#quietTicks++
    // The first tick may come right after a chunk, so it proves no silence.
    const quietMs = (this.#quietTicks - 1) * tickMs
    if (quietMs >= (this.#isWhole ? tickMs : idleTimeoutMs)) control.abort(TOO_SLOW)
    else void this.#write(keepAlive)
  }
}

/** What an answer that arrived but is none says of the upstream. */
export function unusable(failure: Failure): Verdict {
  const reason = failure.reason === 'upstream_truncated' ? 'truncated' : 'unreadable'
  return { kind: 'upstream_fault', reason }
}

import type { StreamEncoder } from '../dialects/dialect.ts'
import {
  continuationOf,
  isFinal,
  isSaying,
  type Silence,
  silenceAfter,
  tokenIn,
  usageOf,
} from '../gemini/response.ts'
import type { CallSignature } from '../gemini/signatures.ts'
import type { GenerateContentResponse, UsageMetadata } from '../gemini/types.ts'
import { addUsage, richerUsage } from '../gemini/usage.ts'
import type { Failure } from '../failure/failure.ts'
import type { Control } from './control.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import type { Batch, UpstreamEvents } from '../upstreams/events.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import {
  type AttemptResult,
  brokenOff,
  CLIENT_LEFT,
  DONE,
  type Failed,
  faultOf,
  outage,
  TOO_SLOW,
} from './attempt.ts'
import { MAX_HOPS } from './continuation.ts'
import { failureOf } from './failure-of.ts'
import type { Outlet } from './outlet.ts'
import { verdictOf } from './verdict-of.ts'

export interface PumpInput {
  readonly lease: Lease
  readonly events: UpstreamEvents
  readonly first: Batch
  readonly encoder: StreamEncoder
  readonly control: Control
  /** Fetches the rest of an answer that is longer than one call may give; null if the client does that itself. */
  readonly resume: ((token: string) => Promise<AttemptResult>) | null
  /** Asks for the answer once more, under the same lease; null if the answer may say nothing. */
  readonly again: ((slip: Silence) => Promise<AttemptResult>) | null
  /** Whether this answer is the repeated one already. */
  readonly isRepeat: boolean
  /** Whether the repeated answer may say nothing. */
  readonly bearsSilence: boolean
  /** Logs a bug, and returns the failure that the client is told. */
  readonly crashed: (error: unknown) => Failure
  readonly idleTimeoutMs: number
  /** The dialect's keep-alive for a silent stream. Called anew each time. */
  readonly keepAlive: () => string
}

/** How the stream ended, for the ledger. */
export interface Pumped {
  readonly verdict: Verdict
  readonly usage: UsageMetadata | undefined
  readonly signatures: readonly CallSignature[]
  /** The token with which the client may fetch the rest itself; null if it may not. */
  readonly continuation: string | null
}

type Carried = Omit<Pumped, 'continuation'>

/**
 * workerd notices that a client has left only when something is written to it, so a silent stream gets a keep-alive
 * this often.
 */
export const KEEP_ALIVE_MS = 5000
/** The attempt must be settled before its lease counts as lost. */
const LEASE_MARGIN_MS = 30_000

/**
 * Carries the upstreams' streams of all choices to the client, part by part, no faster than the client takes them. If one
 * choice fails the request has failed, and the others are stopped. Ends the outlet when all are over. Each promise resolves
 * when its choice is over, and never rejects.
 */
export function pump(inputs: readonly PumpInput[], outlet: Outlet): Promise<Pumped>[] {
  const runs = inputs.map(async (input) => {
    const carried = new Pump(input, outlet)
    const pumped = { ...(await carried.run()), continuation: carried.offered }
    if (pumped.verdict.kind !== 'ok') for (const { control } of inputs) control.abort(CLIENT_LEFT)
    return pumped
  })
  void Promise.all(runs).then(() => outlet.close()) // neither promise rejects
  return runs
}

class Pump {
  readonly #input: PumpInput
  readonly #outlet: Outlet
  /** Usage of the hops before this one. */
  #earlierUsage: UsageMetadata | undefined
  /** Usage of this hop. */
  #hopUsage: UsageMetadata | undefined
  #usage: UsageMetadata | undefined
  /** Google has said how the answer ended. Whatever follows or fails to follow changes nothing. */
  #isWhole = false
  #continuation: string | null = null
  /** The token that the client got to fetch the rest itself; null if it got none. */
  offered: string | null = null
  #hops = 1
  #hasSaid = false
  /** The failure that an ended answer means if it said nothing. */
  #silence: ReturnType<typeof silenceAfter> = null
  #isAskedAgain: boolean
  #waitsFor: 'upstream' | 'client' = 'client'
  #quietTicks = 0
  /** A copy of the signal's state: asking the signal itself for every chunk would be expensive. */
  #isStopped: boolean

  constructor(input: PumpInput, outlet: Outlet) {
    this.#input = input
    this.#outlet = outlet
    const { control, isRepeat } = input
    this.#isAskedAgain = isRepeat
    this.#isStopped = control.signal.aborted
    control.signal.addEventListener('abort', () => (this.#isStopped = true), { once: true })
    outlet.onLeft(() => control.abort(CLIENT_LEFT))
  }

  async run(): Promise<Carried> {
    const { idleTimeoutMs, control } = this.#input
    // One timer for each stream, not one for each chunk.
    const tickMs = Math.min(KEEP_ALIVE_MS, Math.ceil(idleTimeoutMs / 4))
    const timer = setInterval(() => this.#tick(tickMs), tickMs)
    try {
      return await this.#carry()
    } catch (error) {
      // A bug must not cost the client its end of the stream, nor the attempt its settlement.
      this.#tell(this.#input.crashed(error))
      const verdict = { kind: 'upstream_fault', reason: 'unreadable' } as const
      return await this.#ended({ verdict, usage: this.#usage, signatures: [] })
    } finally {
      clearInterval(timer)
      control.abort(DONE)
    }
  }

  /** Tells the client of a bug. If that meets another bug, the stream just breaks off. */
  #tell(failure: Failure): void {
    try {
      this.#outlet.write(this.#input.encoder.fail(failure))
    } catch (error) {
      this.#input.crashed(error)
    }
  }

  async #carry(): Promise<Carried> {
    const { first, control, lease } = this.#input
    let { events } = this.#input
    let batch = first
    for (;;) {
      this.#outlet.write(this.#encode(batch))
      const room = this.#outlet.room()
      if (room !== null) await room
      if (this.#isStopped) return this.#finish(brokenOff(control, 200))
      if (batch.fault !== null) return this.#finish(faultOf(lease.access, batch.fault))
      if (batch.done || this.#isSilent()) {
        const next = await this.#resume()
        if (next === null) return this.#finish(null)
        if (!next.ok) return this.#finish(next)
        if (next.kind === 'stream') [events, batch] = [next.events, next.first]
        continue
      }
      this.#waitsFor = 'upstream'
      try {
        batch = await events.next()
      } catch {
        // The upstream's connection broke or was aborted; `brokenOff` tells which.
        return this.#finish(brokenOff(control, 200))
      }
      this.#hear()
    }
  }

  #hear(): void {
    this.#waitsFor = 'client'
    this.#quietTicks = 0
  }

  /**
   * The next hop of a long answer, or a second attempt at an answer that said nothing. Null if neither is due, or if
   * no more are allowed.
   */
  #resume(): Promise<AttemptResult | null> {
    const { resume } = this.#input
    const token = this.#continuation
    if (token !== null && resume !== null && this.#hops < MAX_HOPS) {
      this.#hops++
      return this.#goOn(() => resume(token))
    }
    return this.#isSilent() ? this.#goOn(() => this.#askAgain()) : Promise.resolve(null)
  }

  async #goOn(ask: () => Promise<AttemptResult>): Promise<AttemptResult> {
    this.#continuation = null
    this.#isWhole = false
    this.#earlierUsage = this.#usage
    this.#hopUsage = undefined
    this.#waitsFor = 'upstream'
    const next = await ask()
    this.#hear()
    return next
  }

  /**
   * Whether the answer has ended with nothing but thoughts, so that the client has received nothing of the answer
   * yet.
   */
  #isSilent(): boolean {
    const { again, bearsSilence } = this.#input
    if (this.#isAskedAgain && bearsSilence && this.#silence === 'empty_answer') return false
    return this.#silence !== null && !this.#hasSaid && this.#continuation === null && again !== null
  }

  async #askAgain(): Promise<AttemptResult> {
    const { again } = this.#input
    const silence = this.#silence ?? 'empty_answer'
    if (again === null || this.#isAskedAgain) return outage(silence, 200)
    this.#isAskedAgain = true
    this.#silence = null
    return again(silence)
  }

  #encode({ responses, texts }: Batch): string {
    let frames = ''
    let index = 0
    const { encoder, resume } = this.#input
    for (const response of responses) {
      const text = texts?.[index++]
      const isAsItCame = this.#count(response)
      if (resume === null) this.offered = tokenIn(response) ?? this.offered
      this.#hasSaid ||= isSaying(response, resume === null)
      if (isFinal(response)) {
        this.#isWhole = true
        this.#silence = silenceAfter(response)
        this.#continuation = continuationOf(response)
      }
      // A client that is passed Google's own events would see this ending, and could not be told of another one
      // afterwards.
      if (resume === null && this.#isSilent()) break
      frames += encoder.encode(response, isAsItCame ? text : undefined)
    }
    return frames
  }

  /** Google counts each hop alone; the client is told the sum. False if the sum differs from what Google wrote. */
  #count(response: GenerateContentResponse): boolean {
    const counts = usageOf(response)
    if (counts === undefined) return true
    this.#hopUsage = richerUsage(this.#hopUsage, counts)
    const sum = addUsage(this.#earlierUsage, this.#hopUsage)
    this.#usage = sum
    if (sum !== undefined) response.usageMetadata = sum
    return sum === counts
  }

  async #finish(failed: Failed | null): Promise<Carried> {
    const { encoder, lease, control } = this.#input
    const { signatures = [] } = encoder
    const usage = this.#usage
    if (control.reason === CLIENT_LEFT) {
      return { verdict: { kind: 'cancelled' }, usage, signatures }
    }
    if (failed !== null && !this.#isWhole) {
      this.#outlet.write(encoder.fail(failureOf(failed.verdict, failed.error, lease)))
      return this.#ended({ verdict: failed.verdict, usage, signatures })
    }
    const ended = encoder.end()
    const end = ended instanceof Promise ? await ended : ended
    this.#outlet.write(end.frames)
    return this.#ended({ verdict: verdictOf(end), usage, signatures })
  }

  /** Only after this wait is it known whether the client took everything. */
  async #ended(pumped: Carried): Promise<Carried> {
    await this.#outlet.taken()
    return this.#outlet.hasLeft ? { ...pumped, verdict: { kind: 'cancelled' } } : pumped
  }

  #tick(tickMs: number): void {
    const { control, lease, idleTimeoutMs, keepAlive } = this.#input
    if (Date.now() > lease.deadline - LEASE_MARGIN_MS) {
      // A client that has stopped reading blocks a write; the settlement must not wait for it.
      if (control.signal.aborted) this.#outlet.abort(TOO_SLOW)
      control.abort(TOO_SLOW)
      return
    }
    // The client is slow here, not Google: this silence does not count.
    if (this.#waitsFor === 'client' || this.#outlet.isBlocked) return
    this.#quietTicks++
    // The first tick may come right after a chunk, so it does not prove silence.
    const quietMs = (this.#quietTicks - 1) * tickMs
    if (quietMs >= (this.#isWhole ? tickMs : idleTimeoutMs)) control.abort(TOO_SLOW)
    else this.#outlet.write(keepAlive())
  }
}

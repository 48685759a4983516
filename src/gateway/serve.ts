import type { Silence } from '../gemini/response.ts'
import type { UsageMetadata } from '../gemini/types.ts'
import type { Lease, LeaseResult, Settlement } from '../objects/ledger/lease.ts'
import { type Control, controlOf } from './control.ts'
import type { Took } from '../objects/ledger/latency.ts'
import type { Ask } from '../upstreams/front.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import {
  attempt,
  type AttemptInput,
  type AttemptResult,
  CLIENT_LEFT,
  DONE,
  type Failed,
  outage,
} from './attempt.ts'
import { nextHop } from './continuation.ts'
import { refusalOf } from './failure-of.ts'
import { Journey } from './journey.ts'
import { withNearestModel } from './nearest-model.ts'
import { disown, own } from './unsettled-answers.ts'
import { keepRenewed } from './renewal.ts'
import { afterSlip, type Wording } from './request-wording.ts'
import { doubted, scoped, scopeOf } from './verdict-of.ts'
import { report as tellObject, settle, settlementOf, successOf } from './settling.ts'
import type { ServeInput, Answering, Generated } from './journey-input.ts'
import { type Asking, borrow } from './ask-for-lease.ts'
import { copyingFor, mayCopy } from './copies/copying.ts'

/**
 * A request's journey through the ring: the only loop over attempts. Before the first byte, each credential that can
 * serve is tried at most once (an access token that Google refuses is refreshed once), until a deadline. A request
 * that is itself at fault is never tried twice.
 */
export async function serve(input: ServeInput): Promise<Generated> {
  const unfit = { upstreams: input.unfit, of: input.unfitFor }
  const journey = new Journey(input.model, input.session, input.operation, unfit)
  const generated = await travel(input, journey, null)
  if (generated.ok) return generated
  return { ...generated, failure: await withNearestModel(generated.failure, input) }
}

/** `report`: how the attempt before ended, if the request takes several calls. */
async function travel(
  input: ServeInput,
  journey: Journey,
  report: Settlement | null,
): Promise<Generated> {
  const { settings, clock } = input
  const deadline = Date.now() + settings.rotationDeadlineMs
  let granted = await nextLease(input, journey, { report, deadline })
  input.whenAnswered?.(granted.ok)

  while (granted.ok) {
    journey.began()
    const { lease: lent } = granted
    const control = controlOf(input)
    const unwatch = input.client.whenLeft(() => control.abort(CLIENT_LEFT))
    const unrenew = keepRenewed(input, lent.id)
    const release = (): void => {
      unwatch()
      unrenew()
    }
    const { wording } = journey
    const began = Date.now()
    let move = (made: Ask): Ask => made
    const askIn = (words: Wording) => (): Ask => move(input.askUnder(lent, words))
    const asked: AttemptInput = { lease: lent, ask: askIn(wording), settings, control, clock }
    const askedAfter = (slip: Silence): AttemptInput => ({
      ...asked,
      ask: askIn(afterSlip(wording, slip, lent)),
    })
    let result: AttemptResult
    let failed: Failed | null
    try {
      const moved = journey.copying === null ? move : await journey.copying.to(lent, control.signal)
      move = moved ?? move
      result =
        moved === null
          ? outage('unreachable', 0)
          : await (input.attempt ?? attempt)(asked, journey.hasSlipped)
      failed = result.ok ? null : { ...result, verdict: verdictOn(input, journey, lent, result) }
    } catch (error) {
      // A bug must not keep the lease open.
      release()
      control.abort(DONE)
      settle(input, {
        lease: lent,
        verdict: BROKEN,
        usage: undefined,
        signatures: [],
        took: tookSince(began, null),
      })
      throw error
    }
    if (result.ok)
      return answering(input, journey, { lent, control, release, asked, askedAfter, result, began })
    if (failed === null) throw new Error('An attempt has failed or not.')
    release()
    control.abort(DONE) // stops reading the rest of a failed answer

    const goesOn = journey.goesOnAfter(lent, failed) && Date.now() < deadline
    const settlement = settlementOf(lent, failed, goesOn, tookSince(began, null))
    if (!goesOn) {
      input.waitUntil(tellObject(input, [settlement]))
      const { credentialId, rateLimits } = lent
      const { attempts } = journey
      return { ok: false, failure: journey.failure(), attempts, credentialId, rateLimits }
    }
    const waitMs = journey.waitMs()
    if (waitMs > 0) await scheduler.wait(waitMs)
    granted = await nextLease(input, journey, { report: settlement, deadline })
  }
  return refused(granted, journey)
}

/**
 * The next lease. If the credential that knows the request's files is out of quota and the files can be uploaded
 * elsewhere, it is another credential's.
 */
async function nextLease(
  input: ServeInput,
  journey: Journey,
  asking: Asking,
): Promise<LeaseResult> {
  if (journey.copying !== null) return borrow({ ...input, pins: [] }, journey, asking)
  const mayMove = mayCopy(input)
  const granted = await borrow(input, journey, mayMove ? { ...asking, mayMove } : asking)
  if (granted.ok || !mayMove || !isOutOfQuota(granted)) return granted
  journey.copying = await copyingFor(input)
  // Asked for once more, so that the object counts the end of the request.
  if (journey.copying === null) return borrow(input, journey, { ...asking, report: null })
  const other = await borrow({ ...input, pins: [] }, journey, { ...asking, report: null })
  // If nobody else can serve, the client is told about its own files' credential.
  return other.ok ? other : granted
}

function isOutOfQuota(refusal: Exclude<LeaseResult, { ok: true }>): boolean {
  return refusal.reason === 'pinned_away' && refusal.why === 'quota'
}

/** An attempt that could not even be made. */
const BROKEN: Verdict = { kind: 'upstream_fault', reason: 'internal' }

interface Begun {
  readonly lent: Lease
  readonly control: Control
  readonly release: () => void
  readonly asked: AttemptInput
  readonly askedAfter: (slip: Silence) => AttemptInput
  readonly result: Extract<AttemptResult, { ok: true }>
  /** Epoch milliseconds. */
  readonly began: number
}

function tookSince(began: number, firstByteMs: number | null): Took {
  return { firstByteMs, wholeMs: Date.now() - began }
}

/** Hands an answer to whoever tells it to the client, and remembers it until it is settled. */
function answering(input: ServeInput, journey: Journey, begun: Begun): Generated {
  const { lent, control, release, asked, askedAfter, result, began } = begun
  const firstByteMs = Date.now() - began
  const { requestId, estimatedTokens, estimatedOutput = 0 } = input
  const estimatedPrompt = Math.max(0, estimatedTokens - estimatedOutput)
  let isOver = false
  const over = (): void => {
    isOver = true
    release()
    disown(requestId, settleOnce)
  }
  const settleOnce: Answering['settle'] = (verdict, usage, signatures = [], pins = []) => {
    if (isOver) return
    over()
    const took = tookSince(began, firstByteMs)
    settle(input, { lease: lent, verdict, usage, estimatedPrompt, signatures, pins, took })
  }
  const next = (usage: UsageMetadata | undefined): Promise<Generated> => {
    over()
    return travel(input, journey, successOf(lent, usage, tookSince(began, firstByteMs)))
  }
  own(requestId, settleOnce)
  const handed: Answering = {
    lease: lent,
    attempts: journey.attempts,
    copied: journey.copying?.fileIds ?? [],
    control,
    settle: settleOnce,
    next,
  }
  return result.kind === 'unary'
    ? { ...result, ...handed }
    : {
        ...result,
        ...handed,
        resume: input.isFollowed === true ? null : (token) => nextHop(asked, token),
        again:
          input.mayBeEmpty === false
            ? (slip) => (input.attempt ?? attempt)(askedAfter(slip), true)
            : null,
        isRepeat: journey.hasSlipped,
        bearsSilence: input.bearsSilence === true,
      }
}

function verdictOn(input: ServeInput, journey: Journey, lent: Lease, failed: Failed): Verdict {
  const { pins = [], uris = [], isPlain = never, usesTools = never, scope = 'model' } = input
  const said = doubted(failed.verdict, pins.length + uris.length > 0)
  const verdict = scoped(said, scopeOf(said, scope, usesTools))
  return journey.verdictOn(lent, { ...failed, verdict }, isPlain)
}

function never(): boolean {
  return false
}

function refused(refusal: Exclude<LeaseResult, { ok: true }>, journey: Journey): Generated {
  const { attempts } = journey
  const failure = refusalOf(refusal, journey.model, Date.now()) ?? journey.failure()
  const rateLimits = 'rateLimits' in refusal ? refusal.rateLimits : null
  return { ok: false, failure, attempts, credentialId: journey.lastCredential, rateLimits }
}

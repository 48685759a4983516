import type { KeyHolder } from '../../gateway/authenticate.ts'
import { Client } from '../../gateway/client.ts'
import type { JourneyInput } from '../../gateway/journey-input.ts'
import { isLatelyAdmitted, rememberAdmitted } from '../../gateway/lately-admitted.ts'
import { type CutJsonBody, readCutJson } from '../../http/body.ts'
import { holdsLongNumber, parseWithRawNumbers } from '../../json/long-numbers.ts'
import { checked, refusalTo } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { hashOf } from './conversation-hash.ts'

/** Bytes. A body up to this size is read before the key is checked, since the first lease checks it. */
const UNCHECKED_BODY_BYTES = 65_536

type Refused = { readonly ok: false; readonly reply: Reply }
export type ServiceBody =
  | {
      readonly ok: true
      readonly value: unknown
      /** The value with every digit of its long numbers, for a body that goes on to Google. */
      readonly exact: () => unknown
    }
  | Refused
export type CutServiceBody = Extract<CutJsonBody, { ok: true }> | Refused

/** The JSON of a request to the service, or the answer to give instead. */
export async function readServiceBody(call: Call, holder: KeyHolder): Promise<ServiceBody> {
  const body = await readCutServiceBody(call, holder)
  if (!body.ok) return body
  const { text, cuttings } = body
  const value = cuttings.uncut(body.value)
  const exact = (): unknown =>
    holdsLongNumber(text) ? parseWithRawNumbers(cuttings.uncut(text)) : value
  return { ok: true, value, exact }
}

/** The same, with large base64 strings cut out of the value. */
export async function readCutServiceBody(call: Call, holder: KeyHolder): Promise<CutServiceBody> {
  const { request, env, settings, clock } = call
  const size = Number(request.headers.get('content-length') ?? Infinity)
  const isKnown = size > UNCHECKED_BODY_BYTES
  const now = Date.now()
  if (isKnown && !isLatelyAdmitted(env, holder, now)) {
    const refusal = await refusalTo(env, holder)
    if (refusal !== null) return { ok: false, reply: refusal }
    rememberAdmitted(env, holder, now)
  }
  const body = await readCutJson(
    request,
    settings.maxBodyBytes,
    { id: holder.userId, isKnown },
    clock,
  )
  return body.ok ? body : { ok: false, reply: await checked(call, holder, body.failure) }
}

/** What a journey must know about its call. */
export async function journeyFor(
  call: Call,
  holder: KeyHolder,
  asked: {
    /** The client's own name for the conversation, not hashed. */
    readonly conversation: string | null
    readonly model: string
    readonly standIn?: string | null | undefined
    readonly estimatedTokens: number
  },
): Promise<JourneyInput> {
  const { request, env, ctx, settings, requestId, clock } = call
  const { conversation, model, standIn = null, estimatedTokens } = asked
  call.telemetry.asked = model
  return {
    env,
    ...holder,
    requestId,
    model,
    standIn,
    session: await hashOf(request.headers.get('x-session-id') || conversation),
    estimatedTokens,
    settings,
    client: Client.of(request),
    clock,
    waitUntil: (work) => ctx.waitUntil(work),
  }
}

/** Keeps the invocation alive if the client leaves, so that its attempts are still settled. */
export function outliving<T>({ ctx }: Call, journey: Promise<T>): Promise<T> {
  ctx.waitUntil(journey.catch(() => undefined)) // the caller awaits the same promise and reports the error
  return journey
}

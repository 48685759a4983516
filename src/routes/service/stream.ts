import type { ClientStream } from '../../dialects/dialect.ts'
import { DONE } from '../../gateway/attempt.ts'
import type { Answers } from '../../gateway/choices.ts'
import type { Answered } from '../../gateway/journey-input.ts'
import { Outlet } from '../../gateway/outlet.ts'
import { pump } from '../../gateway/pump.ts'
import { accompany } from '../../gateway/keep-alive.ts'
import { within } from '../../within.ts'
import { verdictOn } from '../../gateway/verdict-of.ts'
import type { Failure } from '../../failure/failure.ts'
import { continuationPins } from '../../gemini/pins.ts'
import { firstCandidate, isFinal, partsOf } from '../../gemini/response.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { refusalTo } from '../access.ts'
import type { Reply } from '../call.ts'
import { OUTAGES } from '../../gateway/failure-of.ts'
import { crashed, crashedRequest } from '../crash.ts'
import { setIgnored } from './ignored-header.ts'
import { type Asked, contextOf, ignoredBy, termsOf } from './asked.ts'
import { setJourneyHeaders, unanswered, unusable } from './journey-headers.ts'

type Begun = Extract<Answers, { ok: true }>
type Streaming = Extract<Answered, { kind: 'stream' }>

/**
 * Tells answers as they arrive. The status waits for the first of them, but at most for as long as a client may be
 * left in silence.
 */
export async function stream(asked: Asked, coming: Promise<Answers>): Promise<Reply> {
  const { call, holder, translated } = asked
  const choices = translated.order === 'as_written' ? 1 : translated.requests.length
  const told = translated.telling.stream(contextOf(call), choices)
  const answers = await within(call.settings.streamSilenceMs, coming)
  if (answers !== null) return open(asked, told, answers)
  const early = told.early()
  if (early === null) return open(asked, told, await coming)
  // The key is checked first: a stranger must learn nothing, not even that something is under way.
  return (await refusalTo(call.env, holder)) ?? openEarly(asked, told, { early, coming })
}

async function open(asked: Asked, told: ClientStream, answers: Answers): Promise<Reply> {
  const { call } = asked
  if (!answers.ok) return unanswered(call, answers)
  const { lead, attempts } = answers
  const only = answers.all.length === 1 && lead.kind === 'stream' ? lead : null
  const failure = only === null ? null : await failureWithoutWords(asked, only)
  if (only !== null && failure !== null) {
    only.control.abort(DONE)
    only.settle(verdictOn(failure), only.first.responses.at(-1)?.usageMetadata)
    return unusable(call, lead, failure, attempts)
  }
  const outlet = new Outlet()
  carry(asked, told, { answers, outlet })
  const response = responseOf(told, outlet)
  setJourneyHeaders(response.headers, lead, call, attempts)
  setIgnored(response.headers, ignoredBy(asked, lead))
  return response
}

/**
 * Opens a stream before Google has answered. The status is sent here, so later failures are told in the stream. The
 * journey behind it goes on unchanged.
 */
function openEarly(
  asked: Asked,
  told: ClientStream,
  { early, coming }: { readonly early: string; readonly coming: Promise<Answers> },
): Response {
  const outlet = new Outlet()
  outlet.write(early)
  asked.call.ctx.waitUntil(follow(asked, told, { coming, outlet }))
  const response = responseOf(told, outlet)
  setIgnored(response.headers, ignoredBy(asked, null))
  return response
}

async function follow(
  asked: Asked,
  told: ClientStream,
  { coming, outlet }: { readonly coming: Promise<Answers>; readonly outlet: Outlet },
): Promise<void> {
  const { call, input } = asked
  const keepAlive = (): string => told.keepAlive()
  const onLeft = (): void => input.client.leave()
  let failure: Failure
  try {
    const answers = await accompany(coming, outlet, { keepAlive, onLeft })
    if (answers.ok) return carry(asked, told, { answers, outlet })
    failure = answers.failure
  } catch (error) {
    failure = crashedRequest(error, call.requestId)
  }
  outlet.write(told.fail(failure))
  await outlet.close()
}

/** Pumps the streams of a request's choices to its client, and settles each as it ends. */
function carry(
  asked: Asked,
  told: ClientStream,
  { answers, outlet }: { readonly answers: Begun; readonly outlet: Outlet },
): void {
  const { ctx, settings, requestId } = asked.call
  const streams = answers.all.filter((answer) => answer.kind === 'stream')
  const runs = pump(
    streams.map((generated, index) => ({
      ...generated,
      encoder: told.choice(index, termsOf(asked, generated, answers.lead)),
      crashed: (error) => {
        crashed(error, requestId)
        return OUTAGES.unreadable
      },
      idleTimeoutMs: settings.streamIdleTimeoutMs,
      keepAlive: () => told.keepAlive(),
    })),
    outlet,
  )
  for (const [index, { settle }] of streams.entries()) {
    const settled = runs[index]?.then(({ verdict, usage, signatures, continuation }) =>
      settle(verdict, usage, signatures, continuationPins(continuation, Date.now())),
    )
    if (settled !== undefined) ctx.waitUntil(settled)
  }
}

/**
 * Why a stream has ended before its first word, so that this can still become an HTTP error. Found by encoding the
 * first batch with a second encoder, whose output is thrown away. Null if the stream goes on, or ended well.
 */
async function failureWithoutWords(asked: Asked, generated: Streaming): Promise<Failure | null> {
  const { responses } = generated.first
  if (!responses.some(isFinal) || responses.some(isWordy)) return null
  const { telling } = asked.translated
  const encoder = telling
    .stream(contextOf(asked.call), 1)
    .choice(0, termsOf(asked, generated, generated))
  if (responses.some((response) => encoder.encode(response) !== '')) return null
  const end = await encoder.end()
  return end.ok ? null : end.failure
}

/** Most streams that end with their first batch have text, so they need no second encoding. */
function isWordy(response: GenerateContentResponse): boolean {
  return partsOf(firstCandidate(response)).some(({ text, thought }) => Boolean(text) && !thought)
}

function responseOf({ contentType }: ClientStream, { body }: Outlet): Response {
  return new Response(body, {
    headers: {
      'content-type': contentType,
      'cache-control': 'no-cache',
      // Without this header, proxies of the nginx family hold a stream back.
      'x-accel-buffering': 'no',
    },
  })
}

/**
 * Turns an outcome into the HTTP response, with the front end's headers and forms (docs/google.md: Code Assist, Forms
 * of an error).
 */
import { failureMessage, isObject } from './errors/failure.ts'
import type { Failure } from './errors/failure.ts'
import { resolveError } from './errors/resolve.ts'
import { presetContext } from './exchange.ts'
import type { Exchange, Outcome } from './exchange.ts'
import type { JsonObject } from './json.ts'
import type { Reply } from './protocol.ts'
import { arrayFrames, bareFrame, sseFrames } from './reply/frames.ts'
import type { Frame } from './reply/frames.ts'
import { BrokenOff, forever, planSteps, playSteps, sleep } from './reply/play.ts'

const JSON_TYPE = 'application/json; charset=UTF-8'
const FRONT_END_HEADERS = {
  vary: 'Origin, X-Origin, Referer',
  server: 'ESF',
  'server-timing': 'gfet4t7; dur=12',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'x-xss-protection': '0',
}

export async function respond(exchange: Exchange, outcome: Outcome): Promise<Response> {
  const { signal } = exchange
  const reply = outcome.reply ?? {}
  if (reply.hold !== undefined) await exchange.state.holds.wait(reply.hold, signal)
  if (reply.delayMs) await sleep(reply.delayMs, signal)
  if (reply.hangBeforeHeaders) await forever(signal)
  if (reply.breakOffBeforeHeaders) {
    finish(exchange)
    throw new BrokenOff()
  }
  switch (outcome.kind) {
    case 'failure':
      return failed(exchange, outcome.failure)
    case 'json':
      return unary(exchange, outcome, reply)
    case 'bytes':
      return download(exchange, outcome)
    case 'frames':
      return named(exchange, outcome.frames, reply)
    case 'stream':
      return streamed(exchange, outcome.events, reply)
  }
}

export function finish({ call, state }: Pick<Exchange, 'call' | 'state'>, aborted = false): void {
  if (call.finished) return
  call.aborted = aborted
  call.finished = true
  call.endedAt = state.now()
}

function failed(exchange: Exchange, { status, body, headers, array }: Failure): Response {
  const { call, route } = exchange
  call.status = status
  call.error = failureMessage({ status, body })
  finish(exchange)
  const isStream = route.method === 'streamGenerateContent'
  const wrap = array ?? (isStream && !isSse(exchange))
  const text = typeof body === 'string' ? body : pretty(wrap && isObject(body) ? [body] : body)
  // On its stream method, Code Assist sends errors with the content type of a stream.
  const asEvents = route.upstream === 'code-assist' && isStream && isSse(exchange)
  const type = asEvents ? 'text/event-stream' : JSON_TYPE
  return new Response(text, {
    status,
    headers: { ...FRONT_END_HEADERS, 'content-type': type, ...headers },
  })
}

function download(
  exchange: Exchange,
  { body, type }: { body: Uint8Array<ArrayBuffer>; type: string },
): Response {
  const headers = { ...FRONT_END_HEADERS, 'content-type': type, 'accept-ranges': 'bytes' }
  const asked = /^bytes=(\d+)-(\d*)$/.exec(exchange.headers.get('range') ?? '')
  const start = Number(asked?.[1] ?? 0)
  const end = Math.min(Number(asked?.[2] || body.length - 1), body.length - 1)
  const isPart = asked !== null && start <= end
  exchange.call.status = isPart ? 206 : 200
  finish(exchange)
  if (!isPart) return new Response(body, { headers })
  return new Response(body.slice(start, end + 1), {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${body.length}` },
  })
}

function named(exchange: Exchange, frames: Frame[], reply: Reply): Response {
  exchange.call.status = 200
  return new Response(play(exchange, frames, reply), {
    headers: { ...FRONT_END_HEADERS, 'content-type': 'text/event-stream' },
  })
}

function unary(
  exchange: Exchange,
  { body, headers: given }: { body: JsonObject; headers?: Record<string, string> },
  reply: Reply,
): Response {
  exchange.call.status = 200
  const headers = {
    ...FRONT_END_HEADERS,
    ...traceHeader(body),
    'content-type': JSON_TYPE,
    ...given,
  }
  const text = pretty(body)
  const { breakOffAfter, hangAfter, breakOffAtByte, hangAtByte } = reply
  if (breakOffAtByte !== undefined || hangAtByte !== undefined) {
    return new Response(play(exchange, [{ text, events: 1 }], reply), { headers })
  }
  if (breakOffAfter === undefined && hangAfter === undefined) {
    finish(exchange)
    return new Response(text, { headers })
  }
  // A unary answer counts as one event, so breaking off "after an event" means half of the body.
  const half = { text: text.slice(0, text.length / 2), events: 1 }
  const stop = breakOffAfter === undefined ? { hangAfter: 1 } : { breakOffAfter: 1 }
  return new Response(play(exchange, [half], stop), { headers })
}

function streamed(exchange: Exchange, events: JsonObject[], reply: Reply): Response {
  exchange.call.status = 200
  const sse = isSse(exchange)
  const type = sse ? 'text/event-stream' : JSON_TYPE
  return new Response(play(exchange, streamFrames(exchange, events, reply), reply), {
    headers: { ...FRONT_END_HEADERS, ...traceHeader(events[0]), 'content-type': type },
  })
}

function streamFrames(exchange: Exchange, events: JsonObject[], reply: Reply): Frame[] {
  const { errorAfter, sse } = reply
  const frame = (list: JsonObject[]): Frame[] =>
    isSse(exchange) ? sseFrames(list, sse) : arrayFrames(list)
  if (!errorAfter) return frame(events)
  const { body } = resolveError(errorAfter.error, presetContext(exchange))
  const error: JsonObject = isObject(body) ? body : { error: { message: body } }
  const before = events.slice(0, errorAfter.events)
  if (errorAfter.unprefixed) return [...frame(before), bareFrame(error, sse)]
  return frame([...before, error])
}

function play(exchange: Exchange, frames: Frame[], reply: Reply): ReadableStream<Uint8Array> {
  return playSteps(planSteps(frames, reply), {
    signal: exchange.signal,
    onEvents: (count) => {
      exchange.call.events += count
    },
    onEnd: () => finish(exchange),
    onAbort: () => finish(exchange, true),
  })
}

function isSse({ url }: Exchange): boolean {
  return url.searchParams.get('alt') === 'sse' || url.searchParams.get('$alt') === 'sse'
}

function traceHeader(body: JsonObject | undefined): Record<string, string> {
  const traceId = body?.['traceId']
  return typeof traceId === 'string' ? { 'x-cloudaicompanion-trace-id': traceId } : {}
}

function pretty(body: unknown): string {
  return `${JSON.stringify(body, null, 2)}\n`
}

import { DONE } from '../gateway/attempt.ts'
import type { Generated } from '../gateway/generate.ts'
import { pump, type StreamEncoder, unusable } from '../gateway/pump.ts'
import { hasContent } from '../gemini/response.ts'
import { errorResponse, type Failure } from '../http/errors.ts'
import type { Batch } from '../upstreams/events.ts'
import type { Call } from './call.ts'

/** A stream as server-sent events; an answer that ended without any content, and not well, is an HTTP error, since nothing has been sent yet. */
export function streamed(
  { ctx, settings }: Call,
  generated: Extract<Generated, { kind: 'stream' }>,
  encoder: () => StreamEncoder,
): Response {
  const { lease, events, first, control, settle } = generated
  const failure = failureBeforeContent(first, encoder())
  if (failure !== null) {
    ctx.waitUntil(settle(unusable(failure), first.responses.at(-1)?.usageMetadata))
    control.abort(DONE)
    return errorResponse(failure)
  }
  const { body, ended } = pump({
    lease,
    events,
    first,
    encoder: encoder(),
    control,
    idleTimeoutMs: settings.streamIdleTimeoutMs,
    keepAlive: ': keep-alive\n\n',
  })
  ctx.waitUntil(ended.then(({ verdict, usage }) => settle(verdict, usage)))
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // Proxies of the nginx family hold a stream back otherwise.
      'x-accel-buffering': 'no',
    },
  })
}

function failureBeforeContent(first: Batch, trial: StreamEncoder): Failure | null {
  if (first.responses.some(hasContent)) return null
  for (const response of first.responses) trial.encode(response)
  const end = trial.end()
  return end.ok ? null : end.failure
}

import type { Generated } from '../../gateway/generate.ts'
import { Outlet } from '../../gateway/outlet.ts'
import { pump } from '../../gateway/pump.ts'
import type { StreamEncoder } from '../../dialects/dialect.ts'
import type { Call } from '../call.ts'
import { crashed } from '../crash.ts'
import { OUTAGES } from '../../gateway/failure.ts'

type Streaming = Extract<Generated, { kind: 'stream' }>

/** A comment, which clients skip. */
export const keepAlive = (): string => ': keep-alive\n\n'

/** A stream as server-sent events. */
export function streamed(call: Call, generated: Streaming, encoder: () => StreamEncoder): Response {
  const outlet = new Outlet()
  carry(call, [generated], encoder, outlet)
  return eventStream(outlet)
}

/** Carries the streams of a request's choices to its client, and settles each as it ends. */
export function carry(
  { ctx, settings, requestId }: Call,
  choices: readonly Streaming[],
  encoderOf: (generated: Streaming, index: number) => StreamEncoder,
  outlet: Outlet,
): void {
  const runs = pump(
    choices.map((generated, index) => ({
      ...generated,
      encoder: encoderOf(generated, index),
      crashed: (error) => {
        crashed(error, requestId)
        return OUTAGES.unreadable
      },
      idleTimeoutMs: settings.streamIdleTimeoutMs,
      keepAlive,
    })),
    outlet,
  )
  for (const [index, { settle }] of choices.entries()) {
    const settled = runs[index]?.then(({ verdict, usage, signatures }) =>
      settle(verdict, usage, signatures),
    )
    if (settled !== undefined) ctx.waitUntil(settled)
  }
}

export function eventStream({ body }: Outlet): Response {
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // Proxies of the nginx family hold a stream back otherwise.
      'x-accel-buffering': 'no',
    },
  })
}

import { SseParser } from '../../../http/sse.ts'
import { isRecord } from '../../../json/record.ts'
import { parsed } from '../../../json/parsed.ts'

/** A stream of an interaction's events on its way to the client, byte for byte, and what it tells on the way. */
export class Watched {
  readonly stream: TransformStream<Uint8Array, Uint8Array>
  /** What was used, as far as the stream told, once it is over; never rejects. */
  readonly over: Promise<unknown>

  /** `created` hears of the interaction before the client does. */
  constructor(created: (interaction: unknown) => Promise<void>) {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.over = promise
    const parser = new SseParser()
    const utf8 = new TextDecoder()
    let usage: unknown
    const hear = async (payload: string): Promise<void> => {
      const event = parsed(payload)
      const interaction = isRecord(event) ? event['interaction'] : null
      if (!isRecord(interaction)) return
      usage = interaction['usage'] ?? usage
      await created(interaction)
    }
    this.stream = new TransformStream({
      async transform(chunk, controller) {
        for (const payload of parser.push(utf8.decode(chunk, { stream: true }))) {
          if (payload.includes('"interaction"')) await hear(payload)
        }
        controller.enqueue(chunk)
      },
      flush: () => resolve(usage),
      cancel: () => resolve(usage),
    } as Transformer<Uint8Array, Uint8Array>)
  }
}

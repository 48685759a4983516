import { SseParser } from '../../../http/sse.ts'
import { isRecord } from '../../../json/record.ts'
import { parsed } from '../../../json/parsed.ts'

/** Passes the events of an interaction's stream to the client, byte for byte, and reads them on the way. */
export class Watched {
  readonly stream: TransformStream<Uint8Array, Uint8Array>
  /** Resolves when the stream is over, with the usage that it told. Never rejects. */
  readonly over: Promise<unknown>

  /** `created` is called with the interaction before the client sees it. */
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

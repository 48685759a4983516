import { env } from 'cloudflare:workers'
import type { Item, ResponseToStore } from '../../src/objects/responses/results.ts'

/** A user's `ResponsesObject`. */
export function responsesOf(userId: string) {
  return env.RESPONSES.getByName(userId)
}

/** An item as a client sends it: without an id. */
export function said(text: string): Item {
  return {
    id: null,
    text: JSON.stringify({ role: 'user', content: text }),
  }
}

/** An item as Pollux returns it: with an id. */
export function told(text: string, id = `msg_${crypto.randomUUID()}`): Item {
  return { id, text: JSON.stringify({ type: 'message', id, content: text }) }
}

export function aResponse(parts: Partial<ResponseToStore> = {}): ResponseToStore & { id: string } {
  const { id = null, ...rest } = parts
  const named = id ?? `resp_${crypto.randomUUID()}`
  return {
    id: named,
    body: JSON.stringify({ id: named, object: 'response' }),
    settings: JSON.stringify({ instructions: 'Be brief.' }),
    previous: null,
    conversation: null,
    input: [said('Hello')],
    output: [told('Hi')],
    ...rest,
  }
}

export function textsOf(items: readonly Item[]): readonly string[] {
  return items.map(({ text }) => text)
}

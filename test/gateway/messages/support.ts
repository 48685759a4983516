import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import type { Block, Message } from '../../support/message-events.ts'
import { google, type User } from '../../support/pollux.ts'

/** Served by all upstreams; demands signatures. */
export const GEMINI_3 = 'gemini-3.1-flash-lite'
/** Two functions that take a city. */
export const TOOLS = ['weather', 'time'].map((name) => ({
  name,
  description: `The ${name} in a city.`,
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}))
export const UPSTREAMS = ['api_key', 'service_account', 'authorized_user'] as const

export function scripted(user: User, ...replies: object[]): Promise<unknown> {
  const credential = user.credentials[0]?.handle ?? ''
  return replies.reduce<Promise<unknown>>(
    (before, reply) => before.then(() => google.script({ credential, reply, times: 1 } as never)),
    Promise.resolve(),
  )
}

export function call(name: string, city: string): object {
  return { functionCall: { name, args: { city } } }
}

export function toolsIn({ content }: Message): Block[] {
  return content.filter(({ type }) => type === 'tool_use')
}

export function result(block: Block, content: unknown = 'sunny'): Block {
  return { type: 'tool_result', tool_use_id: block['id'], content }
}

/** Empties the object's memory of signatures, as a few days would. */
export async function forget({ userId }: User): Promise<void> {
  const stub = env.USERS.get(env.USERS.idFromName(userId))
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec('DELETE FROM call_signatures')
  })
}

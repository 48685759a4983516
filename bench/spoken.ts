/** The same question in each dialect of Pollux. Chat asks with `Work.bodies`; these are its counterparts. */
import { USER_KEY } from './subjects.ts'

/** `stored`: Responses that are stored, which is OpenAI's default. */
export const DIALECTS = ['responses', 'stored', 'messages', 'native'] as const
export type Dialect = (typeof DIALECTS)[number]

export interface Spoken {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodies: readonly object[]
}

export function isDialect(target: string): target is Dialect {
  return (DIALECTS as readonly string[]).includes(target)
}

const MODEL = 'gemini-2.5-flash'
const BEARER = { authorization: `Bearer ${USER_KEY}` }
const ANTHROPIC = { 'x-api-key': USER_KEY, 'anthropic-version': '2023-06-01' }
const GOOGLE = { 'x-goog-api-key': USER_KEY }

/** One message of the user's with this text. */
export function asking(dialect: Dialect, text: string, stream: boolean): Spoken {
  switch (dialect) {
    case 'responses':
    case 'stored':
      return responses({ input: text, store: dialect === 'stored' }, stream)
    case 'messages':
      return messages({ messages: [{ role: 'user', content: text }] }, stream)
    case 'native':
      return native({ contents: [{ role: 'user', parts: [{ text }] }] }, stream)
  }
}

export function responses(fields: object, stream: boolean): Spoken {
  return { path: '/v1/responses', headers: BEARER, bodies: [{ model: MODEL, stream, ...fields }] }
}

export function messages(fields: object, stream: boolean): Spoken {
  const body = { model: MODEL, max_tokens: 4096, stream, ...fields }
  return { path: '/v1/messages', headers: ANTHROPIC, bodies: [body] }
}

export function native(body: object, stream: boolean): Spoken {
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
  return { path: `/v1beta/models/${MODEL}:${method}`, headers: GOOGLE, bodies: [body] }
}

import { framesOf, MODEL, post } from '../../support/pollux.ts'
import type { Asking, Call, Speaker, Told } from './speaker.ts'

interface WireCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

interface Message {
  readonly content?: string | null
  readonly tool_calls?: readonly WireCall[]
}

interface Body {
  readonly error?: { readonly message: string; readonly param: string | null }
  readonly choices?: readonly { readonly message?: Message; readonly delta?: Message }[]
}

/** Chat as clients of the OpenAI SDK speak it. */
export const OPENAI_CHAT: Speaker = {
  dialect: 'openai-chat',
  ask(key, asking) {
    if (typeof asking === 'string') return post('/v1/chat/completions', key, asking)
    const { signal } = asking
    return post('/v1/chat/completions', key, bodyOf(asking), signal === undefined ? {} : { signal })
  },
  textOf: (body) =>
    messagesIn(body)
      .map(({ content }) => content ?? '')
      .join(''),
  callsOf: (body) =>
    wireCallsIn(body).map(({ id, function: { name, arguments: args } }): Call => ({
      id,
      name,
      args: JSON.parse(args),
    })),
  errorOf(body) {
    const last = bodiesIn(body).findLast(({ error }) => error !== undefined)?.error
    return last === undefined ? null : ({ message: last.message, param: last.param } satisfies Told)
  },
  framesOf,
}

function bodyOf({ text = 'Hello there', stream = false, model = MODEL, functions, after }: Asking) {
  const tools = functions?.map((name) => ({
    type: 'function',
    function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  }))
  const messages: object[] = [{ role: 'user', content: text }]
  if (after !== undefined) messages.push(...turnsAfter(after))
  return { model, stream, messages, ...(tools !== undefined && { tools }) }
}

function turnsAfter({ answer, results }: NonNullable<Asking['after']>): object[] {
  const calls = wireCallsIn(answer)
  return [
    { role: 'assistant', content: null, tool_calls: calls },
    ...calls.map(({ id }, index) => ({ role: 'tool', tool_call_id: id, content: results[index] })),
  ]
}

function wireCallsIn(body: string): WireCall[] {
  return messagesIn(body).flatMap(({ tool_calls: calls = [] }) =>
    // Strict clients rebuild calls from the documented fields only.
    calls.map(({ id, function: { name, arguments: args } }) => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    })),
  )
}

function messagesIn(body: string): Message[] {
  return bodiesIn(body).flatMap(({ choices = [] }) =>
    choices.flatMap(({ message, delta }) => message ?? delta ?? []),
  )
}

function bodiesIn(body: string): Body[] {
  return (body.startsWith('{') ? [JSON.parse(body)] : framesOf(body)) as Body[]
}

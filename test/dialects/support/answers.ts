/** Google's answers for tests, and what a client makes of the frames that they become. */
import { toChatCompletion } from './chat-completion.ts'
import { ChatStream } from '../../../src/dialects/openai-chat/answer/stream.ts'
import { type ChatPlan, PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import type { Candidate, GenerateContentResponse, Part } from '../../../src/gemini/types.ts'

export const CONTEXT = { id: 'chatcmpl-1', created: 1_795_360_000, model: 'm' }
export const TOOLS: ChatPlan = { ...PLAIN, callee: 'client' }

export function chunk(parts: Part[], rest: Partial<Candidate> = {}): GenerateContentResponse {
  return { candidates: [{ content: { role: 'model', parts }, ...rest }] }
}

export function call(name: string, args?: Record<string, unknown>, id?: string): Part {
  return {
    functionCall: { name, ...(args !== undefined && { args }), ...(id !== undefined && { id }) },
  }
}

export interface Told {
  readonly message: Record<string, unknown>
  readonly finish: unknown
  readonly logprobs: unknown
}

/** Each response becomes a chunk. The last one has the finish reason. */
export function streamed(
  parts: readonly (readonly Part[])[],
  finishReason: string | undefined,
  plan: ChatPlan,
  rest: Partial<Candidate> = {},
): Told {
  const stream = new ChatStream(CONTEXT, plan)
  const ending = finishReason === undefined ? rest : { ...rest, finishReason }
  let frames = ''
  for (const some of parts) frames += stream.encode(chunk([...some]))
  frames += stream.encode(chunk([], ending))
  const end = stream.end()
  if (!end.ok) throw new Error(end.failure.message)
  return read(frames + end.frames)
}

export function whole(
  parts: readonly Part[],
  finishReason: string,
  plan: ChatPlan,
  rest: Partial<Candidate> = {},
): Told {
  const answer = toChatCompletion(chunk([...parts], { ...rest, finishReason }), CONTEXT, plan)
  if (!answer.ok) throw new Error(answer.failure.message)
  const [choice] = answer.completion.choices
  return {
    message: { ...choice?.message },
    finish: choice?.finish_reason,
    logprobs: choice?.logprobs,
  }
}

type Json = Record<string, unknown>

/**
 * Puts deltas together as the strictest SDKs do, and throws where one of them would: if the role is not first, an
 * index is out of order, an id, name or type comes twice, or something follows the finish.
 */
export function read(sse: string, index = 0): Told {
  const message: Json = {}
  let finish: unknown = null
  const logprobs: Json[] = []
  const frames = sse.split('\n\n').filter((frame) => frame !== '')
  if (frames.pop() !== 'data: [DONE]') throw new Error('no [DONE]')
  for (const frame of frames) {
    const json = JSON.parse(frame.slice('data: '.length)) as { choices: Json[]; usage?: Json }
    if (json.usage !== undefined && json.choices.length > 0) throw new Error('usage in a chunk')
    for (const choice of json.choices.filter((other) => other['index'] === index)) {
      if (finish !== null) throw new Error('a chunk after the finish')
      addDelta(message, choice['delta'] as Json)
      const some = choice['logprobs'] as { content: Json[] } | null
      if (some !== null) logprobs.push(...some.content)
      finish = choice['finish_reason']
    }
  }
  if (finish === null) throw new Error('no finish')
  // The chunk with the role has an empty content, which alone says nothing.
  if (message['content'] === '' && isSaidOtherwise(message)) message['content'] = null
  return {
    message,
    finish,
    logprobs: logprobs.length === 0 ? null : { content: logprobs, refusal: null },
  }
}

function isSaidOtherwise(message: Json): boolean {
  return ['tool_calls', 'function_call', 'audio'].some((key) => key in message)
    ? true
    : message['refusal'] !== null
}

function addDelta(message: Json, delta: Json): void {
  if (!('role' in message) && delta['role'] !== 'assistant') throw new Error('no role first')
  for (const [key, value] of Object.entries(delta)) {
    if (key === 'tool_calls') addCalls(message, value as Json[])
    else if (key === 'reasoning_details') addDetails(message, value as Json[])
    else if (typeof value === 'string' && key !== 'role') {
      message[key] = `${(message[key] as string | null | undefined) ?? ''}${value}`
    } else if (key in message && key !== 'refusal') throw new Error(`${key} twice`)
    else message[key] = value
  }
}

function addCalls(message: Json, deltas: Json[]): void {
  const calls = (message['tool_calls'] ??= []) as Json[]
  if (deltas.length === 0) throw new Error('an empty list of calls')
  for (const { index, ...rest } of deltas) {
    if (typeof index !== 'number' || index > calls.length) throw new Error('an index out of order')
    if (index < calls.length) throw new Error('a call twice')
    for (const key of ['id', 'type']) {
      if (typeof rest[key] !== 'string' || rest[key] === '')
        throw new Error(`a call without ${key}`)
    }
    calls.push(rest)
  }
}

/** Like OpenRouter's client: joins texts with the same index. */
function addDetails(message: Json, deltas: Json[]): void {
  const details = (message['reasoning_details'] ??= []) as Json[]
  for (const detail of deltas) {
    const before = details.find((other) => other['index'] === detail['index'])
    if (before === undefined) details.push({ ...detail })
    else before['text'] = `${String(before['text'])}${String(detail['text'])}`
  }
  details.sort((one, other) => Number(one['index']) - Number(other['index']))
}

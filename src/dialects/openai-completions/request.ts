/** A prompt as a chat of one message: from there on it goes the way of every chat. */

import { isRecord } from '../../json/record.ts'
import { unreadFields } from '../ignored.ts'

/** What the two have in common. */
const SHARED = [
  'model',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'stream',
  'stream_options',
  'user',
  'reasoning_effort',
]

/** What is read besides, by its own schema. */
const OWN = ['prompt', 'suffix', 'echo', 'n', 'best_of', 'logprobs']
const READ: ReadonlySet<string> = new Set([...SHARED, ...OWN, 'prompt_cache_key'])

/** What has no part in the answer, by the client's names. */
export function ignoredIn(body: unknown): readonly string[] {
  return isRecord(body) ? unreadFields(body, READ) : []
}

const FILL_IN =
  'Write what belongs between the text before and the text after. Answer with that text alone: no quotes, no code fence, no explanation, and nothing of what is there already.'

export function toChatBody(
  body: Readonly<Record<string, unknown>>,
  prompt: string,
  suffix: string | null,
): Record<string, unknown> {
  const shared = SHARED.flatMap((name) => (name in body ? [[name, body[name]] as const] : []))
  return { ...Object.fromEntries(shared), messages: messagesOf(prompt, suffix) }
}

/** Gemini has no mode for the middle of a text, so it is asked in words (editors complete so). */
function messagesOf(prompt: string, suffix: string | null): object[] {
  if (suffix === null || suffix === '') return [{ role: 'user', content: prompt }]
  const content = `<before>${prompt}</before>\n<after>${suffix}</after>`
  return [
    { role: 'system', content: FILL_IN },
    { role: 'user', content },
  ]
}

/** Turns a prompt into a chat of one message. Everything after that is as for any chat. */

import { isRecord } from '../../json/record.ts'
import { lazy } from '../../lazy.ts'
import { cacheIn, unreadBesideCache } from '../cached-content.ts'
import { unreadFields } from '../unread-fields.ts'
import { type CompletionRequest, completionRequest } from './body.ts'

/** The fields that completions and chats share. */
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

const READ = lazy(
  () => new Set([...SHARED, ...Object.keys(completionRequest().entries), 'prompt_cache_key']),
)

const IN_STREAM_OPTIONS = new Set(['include_usage'])

/** Which fields have no effect on the answer, by the client's names. */
export function ignoredIn(body: unknown): readonly string[] {
  if (!isRecord(body)) return []
  return [
    ...unreadFields(body, READ()),
    ...unreadFields(body['stream_options'], IN_STREAM_OPTIONS, 'stream_options.'),
    ...unreadBesideCache(body),
  ]
}

const FILL_IN =
  'Write what belongs between the text before and the text after. Answer with that text alone: no quotes, no code fence, no explanation, and nothing of what is there already.'

export function toChatBody(
  body: Readonly<Record<string, unknown>>,
  prompt: string,
  completion: CompletionRequest,
): Record<string, unknown> {
  const shared = SHARED.flatMap((name) => (name in body ? [[name, body[name]] as const] : []))
  const { suffix = null } = completion
  return {
    ...Object.fromEntries(shared),
    ...cacheIn(completion),
    messages: messagesOf(prompt, suffix),
  }
}

/** Gemini has no mode for filling in the middle of a text, which editors use, so the model is asked in words. */
function messagesOf(prompt: string, suffix: string | null): object[] {
  if (suffix === null || suffix === '') return [{ role: 'user', content: prompt }]
  const content = `<before>${prompt}</before>\n<after>${suffix}</after>`
  return [
    { role: 'system', content: FILL_IN },
    { role: 'user', content },
  ]
}

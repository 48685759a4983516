/** Which fields of a chat request have no effect on the answer, by the client's own names. */
import type { Target } from '../../gemini/fit/index.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { lazy } from '../../lazy.ts'
import { inSnakeCase, unreadFields } from '../unread-fields.ts'
import { CONFIG_FIELDS, GOOGLE_FIELDS, googleExtrasOf } from './settings/google-extras.ts'
import { verbosityText } from './settings/settings.ts'
import { thinkingEntries } from './settings/thinking.ts'
import { type ChatRequest, chatRequest } from './body/schema.ts'

/**
 * Fields that other code than the schema reads: names of the conversation, and fields of the Responses API
 * (responses-shape.ts).
 */
const READ_ELSEWHERE = [
  'user',
  'prompt_cache_key',
  'input',
  'instructions',
  'text',
  'max_output_tokens',
]

const KNOWN = lazy(() => new Set([...Object.keys(chatRequest().entries), ...READ_ELSEWHERE]))
/** The fields that are read inside others. */
const INSIDE: ReadonlyMap<string, () => ReadonlySet<string>> = new Map([
  ['extra_body', lazy(() => new Set(['google']))],
  [
    'chat_template_kwargs',
    lazy(() => new Set(['enable_thinking', 'thinking', 'thinking_budget', 'reasoning_effort'])),
  ],
  ['web_search_options', lazy(() => new Set<string>())],
  ['google', GOOGLE_FIELDS],
  ['generationConfig', CONFIG_FIELDS],
  ['generation_config', CONFIG_FIELDS],
])
/** Values of `service_tier` that are not reported as ignored: Google serves them, or does the same without. */
const PLAIN_TIERS = new Set(['auto', 'default', 'standard', 'flex', 'priority'])

/** What the translation leaves out for every model. `body` is what the client sent. */
export function ignoredIn(body: unknown, chat: ChatRequest): readonly string[] {
  if (!isRecord(body)) return []
  const ignored = unreadFields(body, KNOWN())
  for (const name in body) {
    const known = INSIDE.get(name)
    if (known !== undefined) ignored.push(...unreadFields(body[name], known(), `${name}.`))
  }
  const { service_tier: tier, logprobs, top_logprobs } = chat
  if (tier && !PLAIN_TIERS.has(tier)) ignored.push('service_tier')
  if (top_logprobs && !logprobs) ignored.push('top_logprobs')
  // It would be a system instruction, and beside a cache there must be none.
  if (verbosityText(chat) !== null && googleExtrasOf(chat).cachedContent !== undefined) {
    ignored.push('verbosity')
  }
  return ignored
}

/** What the model or the upstream that answers ignores. */
export function ignoredUnder(
  request: GenerateContentRequest,
  target: Target,
  chat: ChatRequest,
): readonly string[] {
  return ignoredBy(request, target).flatMap((name) =>
    name === 'thinkingConfig' ? thinkingIn(chat) : (NAMES.get(name) ?? inSnakeCase(name)),
  )
}

/** The client's fields that ask for thoughts; Google's own one if there are no others. */
function thinkingIn(chat: ChatRequest): readonly string[] {
  const asked = THINKING().filter((name) => chat[name] !== undefined && chat[name] !== null)
  return asked.length > 0 ? asked : ['thinking_config']
}

const THINKING = lazy(
  () => Object.keys(thinkingEntries()) as (keyof ReturnType<typeof thinkingEntries>)[],
)

const NAMES: ReadonlyMap<string, string> = new Map([
  ['responseLogprobs', 'logprobs'],
  ['logprobs', 'top_logprobs'],
  ['functionDeclarations', 'tools.functions'],
  ['googleSearch', 'tools.google_search'],
  ['urlContext', 'tools.url_context'],
  ['codeExecution', 'tools.code_execution'],
])

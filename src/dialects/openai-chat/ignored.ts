/** Which fields of a chat request have no effect on the answer, by the client's own names. */
import { toSnakeCase } from '../../json/snake-case.ts'
import type { Target } from '../../gemini/fit/index.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { lazy } from '../../lazy.ts'
import { type Reading, unreadFields, unreadOptions, unreadWithin } from '../unread-fields.ts'
import { builtInOf } from './body/tool-schema.ts'
import { droppedTools, isResponsesShape } from './responses-shape.ts'
import { GOOGLE_READING, googleExtrasOf } from './settings/google-extras.ts'
import { verbosityText } from './settings/settings.ts'
import { thinkingEntries } from './settings/thinking.ts'
import { type ChatRequest, chatRequest } from './body/schema.ts'

/** Fields that other code than the schema reads: names of the conversation. */
const READ_ELSEWHERE = ['user', 'prompt_cache_key']
/** Fields of the Responses API that are read where a body is of its shape (responses-shape.ts). */
const RESPONSES = ['input', 'instructions', 'text', 'max_output_tokens']

const known = lazy(() => [...Object.keys(chatRequest().entries), ...READ_ELSEWHERE])

function only(...fields: readonly string[]): () => Reading {
  const read = { fields: new Set(fields) }
  return () => read
}

const EXTRA_BODY = lazy((): Reading => ({
  fields: new Set(['google']),
  within: new Map([['google', GOOGLE_READING]]),
}))
/** Google's thoughts are summaries, whatever was asked. */
const SUMMARIES = ['summary', 'generate_summary']
/** Of a format only where its schema stands, since `strict` and names change nothing. */
const FORMAT = ['type', 'json_schema', 'schema', 'response_schema', 'name', 'description', 'strict']

/** The settings that hold others. */
const WITHIN = lazy(
  (): ReadonlyMap<string, () => Reading> =>
    new Map([
      ...GOOGLE_READING().within,
      ['google', GOOGLE_READING],
      ['extra_body', EXTRA_BODY],
      ['stream_options', only('include_usage')],
      ['usage', only('include')],
      ['reasoning', only('effort', 'max_tokens', 'exclude', 'enabled', ...SUMMARIES)],
      ['thinking', only('type', 'budget_tokens')],
      [
        'chat_template_kwargs',
        only('enable_thinking', 'thinking', 'thinking_budget', 'reasoning_effort'),
      ],
      ['response_format', only(...FORMAT)],
      ['structured_outputs', only('json')],
      ['audio', only('voice', 'format')],
      ['web_search_options', only()],
    ]),
)

const CHAT = lazy((): Reading => ({ fields: new Set(known()), within: WITHIN() }))
const RESPONSES_SHAPE = lazy((): Reading => {
  const own = [
    ['text', only('format', 'verbosity')],
    ['reasoning', only('effort', ...SUMMARIES)],
  ] as const
  return {
    fields: new Set([...known(), ...RESPONSES]),
    within: new Map([...WITHIN(), ...own]),
  }
})
const OPTIONS: Reading = { fields: new Set(['type']) }
/** Values of `service_tier` that are not reported as ignored: Google serves them, or does the same without. */
const PLAIN_TIERS = new Set(['auto', 'default', 'standard', 'flex', 'priority'])

/** What the translation leaves out for every model. `body` is what the client sent. */
export function ignoredIn(body: unknown, chat: ChatRequest): readonly string[] {
  if (!isRecord(body)) return []
  const isResponses = isResponsesShape(body)
  const ignored = unreadWithin(body, isResponses ? RESPONSES_SHAPE() : CHAT())
  const { tools } = body
  ignored.push(...unreadOptions(tools, optionsOf, OPTIONS), ...unreadKeys(tools))
  if (isResponses) ignored.push(...droppedTools(tools))
  const { service_tier: tier, logprobs, top_logprobs } = chat
  if (tier && !PLAIN_TIERS.has(tier)) ignored.push('service_tier')
  if (top_logprobs && !logprobs) ignored.push('top_logprobs')
  // It would be a system instruction, and beside a cache there must be none.
  if (verbosityText(chat) !== null && googleExtrasOf(chat).cachedContent !== undefined) {
    ignored.push('verbosity')
  }
  return ignored
}

function optionsOf({ type }: Readonly<Record<string, unknown>>): string | null {
  if (typeof type !== 'string' || type === 'function') return null
  if (type.startsWith('web_search')) return 'web_search'
  return builtInOf({ type }) === undefined ? null : type
}

/** Options of Google's tools as it writes them: `{google_search: {…}}`. */
function unreadKeys(tools: unknown): string[] {
  if (!Array.isArray(tools)) return []
  return tools.flatMap((tool: unknown) => {
    if (!isRecord(tool) || tool['type'] !== undefined) return []
    const names = Object.keys(tool).filter((name) => builtInOf({ [name]: {} }) !== undefined)
    return names.flatMap((name) => unreadFields(tool[name], NOTHING, `tools.${name}.`))
  })
}

const NOTHING: ReadonlySet<string> = new Set()

/** What the model or the upstream that answers ignores. */
export function ignoredUnder(
  request: GenerateContentRequest,
  target: Target,
  chat: ChatRequest,
): readonly string[] {
  return ignoredBy(request, target).flatMap((name) =>
    name === 'thinkingConfig' ? thinkingIn(chat) : (NAMES.get(name) ?? toSnakeCase(name)),
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
  ['imageSize', 'image_config.image_size'],
  ['functionDeclarations', 'tools.functions'],
  ['googleSearch', 'tools.google_search'],
  ['urlContext', 'tools.url_context'],
  ['codeExecution', 'tools.code_execution'],
])

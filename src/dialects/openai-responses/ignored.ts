/** Names the fields of a Responses request that have no effect on its answer, as the client spells them. */
import { toSnakeCase } from '../../json/snake-case.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { Target } from '../../gemini/fit/index.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { lazy } from '../../lazy.ts'
import { cacheIn, unreadBesideCache } from '../cached-content.ts'
import { type Reading, unreadFields, unreadOptions } from '../unread-fields.ts'
import { type ResponsesRequest, responsesRequest } from './body.ts'
import { verbosityOf } from './request.ts'
import { builtInOf } from './tool-schema.ts'
import type { Offers } from './tools.ts'

/** Known fields that the schema does not read: they are refused if they are set. */
const READ_ELSEWHERE = ['background', 'prompt']
/** Fields that the schema reads only because the answer repeats them. */
const REPEATED: ReadonlySet<string> = new Set([
  'max_tool_calls',
  'prompt_cache_retention',
  'safety_identifier',
])

const KNOWN = lazy(
  () =>
    new Set(
      [...Object.keys(responsesRequest().entries), ...READ_ELSEWHERE].filter(
        (name) => !REPEATED.has(name),
      ),
    ),
)
const IN_STREAM_OPTIONS = new Set(['include_usage'])
/** What is read of the fields that hold others. */
const IN_REASONING = new Set(['effort', 'summary', 'generate_summary'])
const IN_TEXT = new Set(['format', 'verbosity'])
const IN_FILTERS: Reading = { fields: new Set(['allowed_domains', 'blocked_domains']) }
const OPTIONS: Reading = {
  fields: new Set(['type', 'filters']),
  within: new Map([['filters', () => IN_FILTERS]]),
}
/** Tiers that change nothing, because Google serves every request like this. */
const PLAIN_TIERS = new Set(['auto', 'default', 'standard', 'flex', 'priority'])

/** What Google's own tools did, as Pollux tells it. Nothing is lost without it: what they found is in the answer's text. */
const TOLD = new Set(['web_search_call', 'code_interpreter_call'])

/** What the translation leaves out, whichever model and upstream answer. */
export function ignoredIn(
  raw: Readonly<Record<string, unknown>>,
  asked: ResponsesRequest,
  { dropped }: Offers,
): readonly string[] {
  const ignored = unreadFields(raw, KNOWN())
  const { service_tier: tier, truncation, stream_options: options } = raw
  ignored.push(
    ...unreadBesideCache(raw),
    ...unreadFields(options, IN_STREAM_OPTIONS, 'stream_options.'),
    ...unreadFields(raw['reasoning'], IN_REASONING, 'reasoning.'),
    ...unreadFields(raw['text'], IN_TEXT, 'text.'),
    ...unreadOptions(raw['tools'], optionsOf, OPTIONS),
  )
  if (typeof tier === 'string' && !PLAIN_TIERS.has(tier)) ignored.push('service_tier')
  // `auto` asks to shorten input that is too long, but such input is refused.
  if (truncation === 'auto') ignored.push('truncation')
  // It would be a system instruction, and beside a cache there must be none.
  if (verbosityOf(asked) !== null && cacheIn(asked).cachedContent !== undefined) {
    ignored.push('text.verbosity')
  }
  for (const type of dropped) ignored.push(`tools.${type}`)
  for (const item of asked.input) {
    if (item.type === 'other' && !TOLD.has(item.name)) ignored.push(`input.${item.name}`)
  }
  return ignored
}

function optionsOf({ type }: Readonly<Record<string, unknown>>): string | null {
  const builtIn = typeof type === 'string' ? builtInOf(type) : null
  return builtIn === null ? null : (NAMES.get(builtIn)?.replace('tools.', '') ?? null)
}

/** What the answering model or upstream does not support. */
export function ignoredUnder(request: GenerateContentRequest, target: Target): readonly string[] {
  return ignoredBy(request, target).map((name) => NAMES.get(name) ?? toSnakeCase(name))
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['responseLogprobs', 'top_logprobs'],
  ['logprobs', 'top_logprobs'],
  ['thinkingConfig', 'reasoning'],
  ['functionDeclarations', 'tools.functions'],
  ['googleSearch', 'tools.web_search'],
  ['codeExecution', 'tools.code_interpreter'],
])

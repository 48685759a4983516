/** What of a request of the Responses API has no part in its answer, by the client's own names. */
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { Target } from '../../gemini/fit/index.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { lazy } from '../../lazy.ts'
import { inSnakeCase, unreadFields } from '../ignored.ts'
import { responsesRequest } from './body.ts'
import type { Offers } from './tools.ts'

/** Beside what the schema reads: what names the conversation or is kept with the response, what is refused where it is set, and what has no say by itself. */
const READ_ELSEWHERE = [
  'user',
  'prompt_cache_key',
  'metadata',
  'background',
  'prompt',
  'truncation',
  'stream_options',
]

const KNOWN = lazy(() => new Set([...Object.keys(responsesRequest.entries), ...READ_ELSEWHERE]))
const IN_STREAM_OPTIONS = new Set(['include_usage'])
/** What Google does anyway. */
const PLAIN_TIERS = new Set(['auto', 'default', 'standard', 'flex', 'priority'])

/** What the translation leaves out, whoever answers. */
export function ignoredIn(
  raw: Readonly<Record<string, unknown>>,
  { dropped }: Offers,
): readonly string[] {
  const ignored = unreadFields(raw, KNOWN())
  const { service_tier: tier, truncation, stream_options: options } = raw
  if (isRecord(options))
    ignored.push(...unreadFields(options, IN_STREAM_OPTIONS, 'stream_options.'))
  if (typeof tier === 'string' && !PLAIN_TIERS.has(tier)) ignored.push('service_tier')
  // What is too long is refused, not made shorter.
  if (truncation === 'auto') ignored.push('truncation')
  for (const type of dropped) ignored.push(`tools.${type}`)
  return ignored
}

/** What the model or the upstream that answers takes no part of. */
export function ignoredUnder(request: GenerateContentRequest, target: Target): readonly string[] {
  return ignoredBy(request, target).map((name) => NAMES.get(name) ?? inSnakeCase(name))
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['responseLogprobs', 'top_logprobs'],
  ['logprobs', 'top_logprobs'],
  ['thinkingConfig', 'reasoning'],
  ['functionDeclarations', 'tools.functions'],
  ['googleSearch', 'tools.web_search'],
  ['codeExecution', 'tools.code_interpreter'],
])

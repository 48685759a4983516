/** What of a message's request has no part in its answer, by the client's own names. */
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { Target } from '../../gemini/fit/index.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { lazy } from '../../lazy.ts'
import { inSnakeCase, unreadFields } from '../ignored.ts'
import { type Fields, generating } from './body/fields.ts'

/** Beside what the schema reads: what is refused where it is set, and what Google does anyway. */
const READ_ELSEWHERE = ['container', 'mcp_servers', 'compaction', 'thread', 'cache_control']

const KNOWN = lazy(() => new Set([...Object.keys(generating().entries), ...READ_ELSEWHERE]))
const PLAIN_TIERS: ReadonlySet<unknown> = new Set(['auto', 'standard_only'])

/** What the translation leaves out, whoever answers. `body` is what the client sent. */
export function ignoredIn(body: Readonly<Record<string, unknown>>): readonly string[] {
  const ignored = unreadFields(body, KNOWN())
  return PLAIN_TIERS.has(body['service_tier'])
    ? ignored.filter((name) => name !== 'service_tier')
    : ignored
}

/** What the model or the upstream that answers takes no part of. */
export function ignoredUnder(
  request: GenerateContentRequest,
  target: Target,
  fields: Fields,
): readonly string[] {
  return ignoredBy(request, target).flatMap((name) => {
    if (name === 'thinkingConfig') return thinkingIn(fields)
    return NAMES.get(name) ?? inSnakeCase(name)
  })
}

/** Where nobody asked, nothing was ignored: how much a model thinks is said with every request. */
function thinkingIn({ thinking, output_config: output }: Fields): readonly string[] {
  if (thinking) return ['thinking']
  return output?.effort ? ['output_config.effort'] : []
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['functionDeclarations', 'tools.functions'],
  ['googleSearch', 'tools.web_search'],
  ['urlContext', 'tools.web_fetch'],
  ['codeExecution', 'tools.code_execution'],
])

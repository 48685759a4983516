/** Names the fields of a message's request that have no effect on its answer, as the client spells them. */
import { toSnakeCase } from '../../json/snake-case.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type { Target } from '../../gemini/fit/index.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { lazy } from '../../lazy.ts'
import { unreadBesideCache } from '../cached-content.ts'
import { type Reading, unreadFields, unreadOptions } from '../unread-fields.ts'
import { type Fields, generating } from './body/fields.ts'

/**
 * Known fields that the schema does not read: some are refused if they are set, and others ask for what Google does
 * anyway.
 */
const READ_ELSEWHERE = ['container', 'mcp_servers', 'compaction', 'thread', 'cache_control']

const KNOWN = lazy(() => new Set([...Object.keys(generating().entries), ...READ_ELSEWHERE]))
const PLAIN_TIERS: ReadonlySet<unknown> = new Set(['auto', 'standard_only'])
/** What is read of the fields that hold others. */
const IN_OUTPUT = new Set(['effort', 'format'])
const OPTIONS: Reading = {
  fields: new Set(['type', 'name', 'cache_control', 'allowed_domains', 'blocked_domains']),
}
const IN_THINKING = new Set(['type', 'budget_tokens', 'display'])

/** What the translation leaves out, whichever model and upstream answer. `body` is what the client sent. */
export function ignoredIn(body: Readonly<Record<string, unknown>>): readonly string[] {
  const ignored = [
    ...unreadFields(body, KNOWN()),
    ...unreadBesideCache(body),
    ...unreadFields(body['output_config'], IN_OUTPUT, 'output_config.'),
    ...unreadFields(body['thinking'], IN_THINKING, 'thinking.'),
    ...unreadOptions(body['tools'], optionsOf, OPTIONS),
  ]
  return PLAIN_TIERS.has(body['service_tier'])
    ? ignored.filter((name) => name !== 'service_tier')
    : ignored
}

/** By its type without the date: see ask/server-tools.ts. */
function optionsOf({ type }: Readonly<Record<string, unknown>>): string | null {
  if (typeof type !== 'string') return null
  return /^(web_search|web_fetch|code_execution)_\d+$/.exec(type)?.[1] ?? null
}

/** What the answering model or upstream does not support. */
export function ignoredUnder(
  request: GenerateContentRequest,
  target: Target,
  fields: Fields,
): readonly string[] {
  return ignoredBy(request, target).flatMap((name) => {
    if (name === 'thinkingConfig') return thinkingIn(fields)
    return NAMES.get(name) ?? toSnakeCase(name)
  })
}

/** Every request to Google says how much to think, so the field counts as ignored only if the client set it. */
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

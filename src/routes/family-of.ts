import { ANTHROPIC_FAMILY } from '../dialects/anthropic-messages/family.ts'
import type { Family } from '../dialects/dialect.ts'
import { GOOGLE_FAMILY } from '../dialects/gemini-native/family.ts'
import { OPENAI_FAMILY } from '../dialects/openai/family.ts'

/** Claude Code, which asks for the list of models by another part of itself than for answers. */
const CLAUDE_CODE = /^claude-(?:code|cli)\//

/** Paths that only one family has; the first match counts. A path of Google's may end in `:method`. */
const OWNERS: readonly (readonly [path: RegExp, family: Family])[] = [
  [/^\/v1beta\/openai(?:\/|$)/, OPENAI_FAMILY],
  [/^\/(?:v1\/config|(?:v1\/)?debug)(?:\/|$)/, OPENAI_FAMILY],
  [/^\/\/?(?:v1beta|v1beta1|v1alpha|upload|download|ws)(?:\/|$)/, GOOGLE_FAMILY],
  [/:(?:download|[a-z]+[A-Z]\w*|predict|cancel)$/, GOOGLE_FAMILY],
  [/^(?:\/v1){0,2}\/(?:messages|complete|skills)(?:\/|$)/, ANTHROPIC_FAMILY],
]

/**
 * The family for a request where the table does not say: a route that two families share, an unknown path, a failure
 * before the route was found. Google's clients are recognised by the place of their key, since half of them do not
 * send x-goog-api-client.
 */
export function familyOf({ url, headers }: Request): Family {
  const { pathname, searchParams } = new URL(url)
  const owner = OWNERS.find(([path]) => path.test(pathname))
  if (owner !== undefined) return owner[1]
  if (headers.has('x-goog-api-key') || searchParams.has('key')) return GOOGLE_FAMILY
  const isAnthropics =
    headers.has('anthropic-version') || CLAUDE_CODE.test(headers.get('user-agent') ?? '')
  return isAnthropics ? ANTHROPIC_FAMILY : OPENAI_FAMILY
}

/**
 * Which Gemini model answers to a name of Anthropic's. Claude Code uses such names for subagents and after some
 * refusals, even if its user has chosen another model (docs/clients.md). The operator may set others (CLAUDE_MODELS),
 * and a user's own aliases take precedence.
 */
const FAMILIES = ['opus', 'sonnet', 'haiku', 'fable'] as const
export type ClaudeFamily = (typeof FAMILIES)[number]

export type ClaudeModels = Readonly<Record<ClaudeFamily, string>>

/**
 * Per size, the newest model that all of Google's front ends have: it is not known here which front ends a user's
 * ring uses.
 */
export const CLAUDE_MODELS: ClaudeModels = {
  opus: 'gemini-3.1-pro-preview',
  fable: 'gemini-3.1-pro-preview',
  sonnet: 'gemini-3.5-flash',
  haiku: 'gemini-3.1-flash-lite',
}

/** The family of a Claude name that names none. */
const OTHERS: ClaudeFamily = 'sonnet'

export function isClaudeName(name: string): boolean {
  return /^claude-/i.test(name)
}

/** Null if the name is not Anthropic's. */
export function standInFor(name: string, models: ClaudeModels): string | null {
  if (!isClaudeName(name)) return null
  const word = name.toLowerCase()
  return models[FAMILIES.find((family) => word.includes(family)) ?? OTHERS]
}

export function isClaudeFamily(word: string): word is ClaudeFamily {
  return FAMILIES.some((family) => family === word)
}

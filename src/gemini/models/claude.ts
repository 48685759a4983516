/**
 * Which model answers to a name of Anthropic's. Claude Code uses such names by itself, for subagents and after some refusals,
 * whatever model its user has chosen (docs/clients.md). The operator may set others (CLAUDE_MODELS), and a user's own aliases go
 * before.
 */
const FAMILIES = ['opus', 'sonnet', 'haiku', 'fable'] as const
export type ClaudeFamily = (typeof FAMILIES)[number]

export type ClaudeModels = Readonly<Record<ClaudeFamily, string>>

/** Of each size the newest that all of Google's front ends have: which of them a user's ring leads to is not known here. */
export const CLAUDE_MODELS: ClaudeModels = {
  opus: 'gemini-3.1-pro-preview',
  fable: 'gemini-3.1-pro-preview',
  sonnet: 'gemini-3.5-flash',
  haiku: 'gemini-3.1-flash-lite',
}

/** What one without a family in its name is taken for. */
const OTHERS: ClaudeFamily = 'sonnet'

/** Null where the name is none of Anthropic's. */
export function standInFor(name: string, models: ClaudeModels): string | null {
  const word = name.toLowerCase()
  if (!word.startsWith('claude-')) return null
  return models[FAMILIES.find((family) => word.includes(family)) ?? OTHERS]
}

export function isClaudeFamily(word: string): word is ClaudeFamily {
  return FAMILIES.some((family) => family === word)
}

import type { Part } from '../types.ts'

/** What a participant with a name says. Gemini has no field for such names, so the name stands before the words. */
export function saidBy(name: string | null | undefined, parts: readonly Part[]): readonly Part[] {
  if (!name || parts.length === 0) return parts
  const first = parts.findIndex(({ text }) => text !== undefined)
  if (first === -1) return [{ text: `${name}:` }, ...parts]
  return parts.map((part, at) => (at === first ? { ...part, text: `${name}: ${part.text}` } : part))
}

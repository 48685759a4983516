/** Code Assist's own name for a model of a later generation (docs/google.md: Code Assist, Models). */
const NAMED_OTHERWISE: ReadonlyMap<string, number> = new Map([['gemini-3-flash', 3.5]])

/** 2.5, 3, 3.1 and so on; what has no number in its name is taken for the newest. */
export function generationOf(model: string): number {
  const [, number] = /^gemini-(\d+(?:\.\d+)?)(?=-|$)/.exec(model) ?? []
  return NAMED_OTHERWISE.get(model) ?? (number === undefined ? Infinity : Number(number))
}

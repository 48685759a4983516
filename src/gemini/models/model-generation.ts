/** Code Assist's own names for models of a later generation (docs/google.md: Code Assist, Models). */
const NAMED_OTHERWISE: ReadonlyMap<string, number> = new Map([['gemini-3-flash', 3.5]])

/** 2.5, 3, 3.1 and so on. A name without a number counts as the newest generation. */
export function generationOf(model: string): number {
  const [, number] = /^gemini-(\d+(?:\.\d+)?)(?=-|$)/.exec(model) ?? []
  return NAMED_OTHERWISE.get(model) ?? (number === undefined ? Infinity : Number(number))
}

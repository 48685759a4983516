import { isRecord } from '../json/record.ts'

/** Fields of a body that nothing reads: clients send extras meant for other providers, and are told of them in one header. */

/** `known`: what the dialect reads. `at`: where the fields stand, such as `extra_body.`. */
export function unreadFields(body: unknown, known: ReadonlySet<string>, at = ''): string[] {
  const unread: string[] = []
  if (!isRecord(body)) return unread
  for (const name in body)
    if (!known.has(name) && asksForSomething(body[name])) unread.push(at + name)
  return unread
}

/** Clients also send nulls, empty lists and what is off, which ask for nothing. */
function asksForSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Gemini's own names as OpenAI's clients spell them. */
export function inSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

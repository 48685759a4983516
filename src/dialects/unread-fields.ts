import { isRecord } from '../json/record.ts'

/**
 * Finds fields of a body that nothing reads. Clients send extras meant for other providers, and a header tells them
 * which were ignored.
 */

/** `known`: the fields that the dialect reads. `at`: a prefix for the names, such as `extra_body.`. */
export function unreadFields(body: unknown, known: ReadonlySet<string>, at = ''): string[] {
  const unread: string[] = []
  if (!isRecord(body)) return unread
  for (const name in body)
    if (!known.has(name) && asksForSomething(body[name])) unread.push(at + name)
  return unread
}

/** Clients also send nulls, empty lists and `false`, which ask for nothing. */
function asksForSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Gemini's names in snake case, which OpenAI's clients use. */
export function inSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

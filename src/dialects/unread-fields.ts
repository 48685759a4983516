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

/** The fields that are read of an object, and of the objects in it. */
export interface Reading {
  readonly fields: ReadonlySet<string>
  readonly within?: ReadonlyMap<string, () => Reading>
}

/** As `unreadFields`, for whole settings that hold others. */
export function unreadWithin(body: unknown, { fields, within }: Reading, at = ''): string[] {
  const unread = unreadFields(body, fields, at)
  if (within === undefined || !isRecord(body)) return unread
  for (const name in body) {
    const inner = within.get(name)
    if (inner !== undefined) unread.push(...unreadWithin(body[name], inner(), `${at}${name}.`))
  }
  return unread
}

/**
 * Options of tools that Google has too, where its own do not have them. `nameOf`: what the tool is called in the
 * header; null for the client's own tools.
 */
export function unreadOptions(
  tools: unknown,
  nameOf: (tool: Readonly<Record<string, unknown>>) => string | null,
  read: Reading,
): string[] {
  if (!Array.isArray(tools)) return []
  return tools.flatMap((tool: unknown) => {
    const name = isRecord(tool) ? nameOf(tool) : null
    return name === null ? [] : unreadWithin(tool, read, `tools.${name}.`)
  })
}

/** Clients also send nulls, empty lists and `false`, which ask for nothing. */
function asksForSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

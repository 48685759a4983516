import { isRecord } from '../../json/record.ts'

/** A key of the fork's KV, and its value. */
export interface ForkEntry {
  readonly key: string
  readonly value: unknown
}

/**
 * The entries of an export, in any of its forms: values by key, as `wrangler kv bulk get` prints them (a text, or an
 * object with the text in `value`); the same inside `values`; or, inside `entries`, the list of `{key, value}` that
 * `bulk put` takes.
 */
export function entriesIn(body: Readonly<Record<string, unknown>>): readonly ForkEntry[] {
  if (Array.isArray(body['entries'])) {
    return body['entries'].map((item: unknown) =>
      isRecord(item)
        ? { key: nameOf(item['key'] ?? item['name']), value: item['value'] }
        : { key: '', value: null },
    )
  }
  const values = isRecord(body['values']) ? body['values'] : body
  return Object.entries(values).map(([key, held]) => ({ key, value: textOf(held) }))
}

function nameOf(name: unknown): string {
  return typeof name === 'string' ? name : ''
}

function textOf(held: unknown): unknown {
  return isRecord(held) && Object.hasOwn(held, 'value') ? held['value'] : held
}

/** Parses a text as JSON; any other value is returned as it is. Undefined if the text is not JSON. */
export function parsedValue(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined // the text may hold secrets, so the error repeats none of it
  }
}

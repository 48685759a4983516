import * as v from 'valibot'
import type { Failure } from '../../failure/failure.ts'
import { parse, type Parsed } from '../../failure/check.ts'
import { type Call, urlOf } from '../call.ts'
import { lazy } from '../../lazy.ts'

/**
 * The query string, checked like a body. A misspelt name is refused: if it were ignored, the answer would look like
 * success.
 */
export function readQuery<const Schema extends v.GenericSchema>(
  call: Call,
  schema: Schema,
): Parsed<v.InferOutput<Schema>> {
  const { searchParams } = urlOf(call)
  const twice = repeatedIn(searchParams.keys())
  if (twice !== undefined) return { ok: false, failure: repeated(twice) }
  return parse(schema, Object.fromEntries(searchParams))
}

/** In one pass: an address has room for 16,000 names. */
function repeatedIn(names: Iterable<string>): string | undefined {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name) && !isList(name)) return name
    seen.add(name)
  }
  return undefined
}

/** OpenAI's SDKs repeat a list's name, with brackets, for each of its elements. */
function isList(name: string): boolean {
  return name.endsWith('[]')
}

function repeated(name: string): Failure {
  const message = `Invalid value for '${name.slice(0, 40)}': must be given once.`
  return { reason: 'invalid_value', message, param: name.slice(0, 40) }
}

/** A whole number in a query string. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return v.pipe(
    v.string('a whole number'),
    v.regex(/^\d{1,15}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  )
}

/** `?dry_run=1`: nothing is stored. An ambiguous value is refused, since storing by mistake cannot be undone. */
export const dryRun = lazy(() =>
  v.optional(
    v.pipe(
      v.picklist(['', '1', 'true', '0', 'false'], 'must be 1 or 0'),
      v.transform((value) => value !== '0' && value !== 'false'),
    ),
    '0',
  ),
)

import * as v from 'valibot'
import type { Failure } from './failure.ts'
import { toFailure } from './issue.ts'
import { isRecord } from '../json/record.ts'

const FIRST_ONLY = { abortEarly: true } as const

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

/** The input as the schema returns it, or a failure that names the first thing wrong with it. */
export function parse<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): Parsed<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, input, FIRST_ONLY)
  return parsed.success
    ? { ok: true, value: parsed.output }
    : { ok: false, failure: toFailure(parsed.issues[0]) }
}

/** For bodies that must be an object. valibot alone would take a list for one. */
export function asObject(body: unknown): Parsed<Record<string, unknown>> {
  return isRecord(body) ? { ok: true, value: body } : { ok: false, failure: NO_OBJECT }
}

const NO_OBJECT: Failure = {
  reason: 'invalid_type',
  message: 'The request body must be a JSON object.',
}

/** A word that must match exactly. `why` is added to the error for anything else. */
export function wordOf<const T extends readonly string[]>(words: T, why = '') {
  return v.picklist(words, `must be one of: ${words.join(', ')}${why}`)
}

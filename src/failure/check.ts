import * as v from 'valibot'
import type { Failure } from './failure.ts'
import { toFailure } from './issue.ts'
import { isRecord } from '../json/record.ts'

const FIRST_ONLY = { abortEarly: true } as const

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

/** What came in, held to a schema; or the first thing that is wrong with it. */
export function parse<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): Parsed<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, input, FIRST_ONLY)
  return parsed.success
    ? { ok: true, value: parsed.output }
    : { ok: false, failure: toFailure(parsed.issues[0]) }
}

/** A body that must be an object; to valibot a list is one too. */
export function asObject(body: unknown): Parsed<Record<string, unknown>> {
  return isRecord(body) ? { ok: true, value: body } : { ok: false, failure: NO_OBJECT }
}

const NO_OBJECT: Failure = {
  reason: 'invalid_type',
  message: 'The request body must be a JSON object.',
}

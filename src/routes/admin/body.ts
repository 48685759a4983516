import type * as v from 'valibot'
import { readJson } from '../../http/body.ts'
import type { Failure } from '../../failure/failure.ts'
import { asObject, parse, type Parsed } from '../../failure/check.ts'
import { isRecord } from '../../json/record.ts'
import type { Call } from '../call.ts'

/** The JSON object in the body of an admin act. */
export async function readObject(call: Call): Promise<Parsed<Record<string, unknown>>> {
  const body = await readJson(call.request, call.settings.maxBodyBytes)
  return body.ok ? asObject(body.value) : body
}

/**
 * The body of an admin act, checked. A misspelt field is refused: if it were ignored, the answer would look like
 * success.
 */
export async function readBody<const Schema extends v.GenericSchema>(
  call: Call,
  schema: Schema,
): Promise<Parsed<v.InferOutput<Schema>>> {
  const body = await readObject(call)
  if (!body.ok) return body
  const dropped = droppedFrom(body.value)
  return dropped === null ? parse(schema, body.value) : { ok: false, failure: impossible(dropped) }
}

/**
 * Keys that valibot drops from a record, since every object inherits them. They are refused: if an alias were
 * dropped, the answer would look like success.
 */
const DROPPED = ['__proto__', 'prototype', 'constructor'] as const

function droppedFrom(body: Record<string, unknown>): string | null {
  for (const [field, value] of Object.entries(body)) {
    const name = isRecord(value) && DROPPED.find((one) => Object.hasOwn(value, one))
    if (name) return `${field}.${name}`
  }
  return null
}

function impossible(param: string): Failure {
  const message = `Invalid value for '${param}': no field can have this name.`
  return { reason: 'invalid_value', message, param }
}

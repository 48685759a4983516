/** Turns what a script says (`'429'`, `{ preset, … }`, `{ status, body }`) into the error to answer. */
import type { JsonObject } from '../json.ts'
import type { ErrorSpec, PresetError } from '../protocol.ts'
import type { Preset, PresetContext } from './context.ts'
import { isObject } from './failure.ts'
import type { Failure } from './failure.ts'
import { PRESETS, PRESET_NAMES } from './presets.ts'
import type { PresetName } from './presets.ts'

export function resolveError(spec: ErrorSpec, context: PresetContext): Failure {
  if (typeof spec === 'string') return preset(spec, context)
  if ('preset' in spec) return presetError(spec, context)
  return {
    status: spec.status,
    body: spec.body ?? '',
    ...(spec.headers ? { headers: spec.headers } : {}),
    // A raw body is sent as it is, even where Google would put it into an array.
    array: false,
  }
}

/** What is wrong with a script's error that cannot be resolved; undefined if nothing is. */
export function checkError(spec: ErrorSpec): string | undefined {
  if (typeof spec === 'object' && 'status' in spec) return undefined
  const name = typeof spec === 'string' ? spec : spec.preset
  return PRESET_NAMES.has(name) ? undefined : `unknown preset ${JSON.stringify(name)}`
}

export function preset(name: PresetName, context: PresetContext): Failure {
  const make: Preset = PRESETS[name]
  return make(context)
}

function presetError(spec: PresetError, context: PresetContext): Failure {
  const failed = preset(spec.preset, {
    ...context,
    ...(spec.model ? { model: spec.model } : {}),
    ...(spec.project ? { project: spec.project } : {}),
    ...(spec.retryDelay ? { retryDelay: spec.retryDelay } : {}),
  })
  return {
    ...failed,
    ...(isObject(failed.body) ? { body: amend(failed.body, spec) } : {}),
    ...(spec.array === undefined ? {} : { array: spec.array }),
  }
}

const LEGACY_REASONS: Record<number, string> = {
  400: 'badRequest',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  429: 'rateLimitExceeded',
}

function amend(body: JsonObject, spec: PresetError): JsonObject {
  if (!isObject(body['error'])) {
    return spec.message === undefined ? body : { ...body, error_description: spec.message }
  }
  const error: JsonObject = {
    ...body['error'],
    ...(spec.message === undefined ? {} : { message: spec.message }),
  }
  if (!spec.legacy) return { error }
  const reason = LEGACY_REASONS[Number(error['code'])] ?? 'backendError'
  return { error: { ...error, errors: [{ message: error['message'], domain: 'global', reason }] } }
}

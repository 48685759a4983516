/** Reads what tests post to the control plane. A misspelt field is an error instead of being ignored. */
import { isObject } from './errors/failure.ts'
import { checkError } from './errors/resolve.ts'
import type { CallFilter, CredentialInput, ErrorSpec, Reply, ScriptInput } from './protocol.ts'

const REQUIRED: Record<string, readonly string[]> = {
  api_key: ['api_key'],
  authorized_user: ['client_id', 'client_secret', 'refresh_token'],
  service_account: ['client_email', 'project'],
}

/** Checks only what identifies a credential. For the rest the caller's types must do. */
export function readCredential(body: unknown): CredentialInput {
  const type = isObject(body) ? String(body['type']) : ''
  const required = REQUIRED[type]
  if (!isObject(body) || !required) throw new Error(`unknown credential type: ${type}`)
  const missing = required.filter((name) => typeof body[name] !== 'string' || body[name] === '')
  if (missing.length > 0) throw new Error(`credential lacks ${missing.join(', ')}`)
  return body as unknown as CredentialInput
}

/** A record, so that the compiler complains when a new field of Reply is missing here. */
export const REPLY_FIELDS: Record<keyof Reply, true> = {
  error: true,
  text: true,
  thought: true,
  parts: true,
  chunks: true,
  usage: true,
  finishReason: true,
  finishMessage: true,
  continuationToken: true,
  candidate: true,
  blockReason: true,
  modelVersion: true,
  signatures: true,
  sse: true,
  delayMs: true,
  chunkDelayMs: true,
  breakOffAfter: true,
  breakOffBeforeHeaders: true,
  breakOffAtByte: true,
  hangAfter: true,
  hangBeforeHeaders: true,
  hangAtByte: true,
  pause: true,
  hold: true,
  errorAfter: true,
  expiresIn: true,
  rotateRefreshToken: true,
  polls: true,
  body: true,
}

const SCRIPT_FIELDS: ReadonlySet<string> = new Set([
  'credential',
  'model',
  'method',
  'times',
  'reply',
])

export function readScript(body: unknown): ScriptInput {
  if (!isObject(body) || !isObject(body['reply'])) throw new Error('a script needs a reply')
  const unknown = [
    ...Object.keys(body).filter((name) => !SCRIPT_FIELDS.has(name)),
    ...Object.keys(body['reply']).filter((name) => !(name in REPLY_FIELDS)),
  ]
  if (unknown.length > 0) throw new Error(`unknown in a script: ${unknown.join(', ')}`)
  const script = body as unknown as ScriptInput
  const errors = [script.reply.error, script.reply.errorAfter?.error]
  const complaint = errors.map((spec?: ErrorSpec) => spec && checkError(spec)).find(Boolean)
  if (complaint) throw new Error(complaint)
  return script
}

export function readFilter(query: URLSearchParams): CallFilter {
  const { limit, ...filter } = Object.fromEntries(query)
  return { ...filter, ...(limit === undefined ? {} : { limit: Number(limit) }) }
}

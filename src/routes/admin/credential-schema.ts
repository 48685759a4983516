import * as v from 'valibot'
import { UPSTREAMS } from '../../gemini/upstreams.ts'
import { LOCATION, PROJECT } from '../../upstreams/credential.ts'

/** The shapes of a credential as admins post it. Each message says what is expected; failure/issue.ts makes the sentence around it. */

const MAX_CHARS = 16_384
const text = v.pipe(
  v.string('a string'),
  v.trim(),
  v.nonEmpty('must not be empty'),
  v.maxLength(MAX_CHARS, `must have at most ${MAX_CHARS} characters`),
)

function optional<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.nullish(schema, null)
}

/** It becomes part of an upstream's path. */
const project = optional(v.pipe(text, v.regex(PROJECT, 'must be a Google Cloud project id')))

/** It becomes part of an upstream's host name. */
const location = optional(v.pipe(text, v.regex(LOCATION, 'must be a location such as us-central1')))

/** It travels in a header. */
const apiKey = v.pipe(text, v.regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII without spaces'))

/** What is accepted, for whoever sent something else. */
export const FORMS =
  '{"type": "service_account", …} and {"type": "authorized_user", …} as Google writes them, or {"api_key": "…"}'

const TYPES = ['authorized_user', 'service_account', 'api_key'] as const

/** Google's credential files as they are, and an API key in the same manner. */
export const credentialFile = v.variant(
  'type',
  [
    v.object({
      type: v.literal('authorized_user'),
      client_id: text,
      client_secret: text,
      refresh_token: text,
      quota_project_id: project,
    }),
    v.object({
      type: v.literal('service_account'),
      client_email: text,
      private_key: text,
      private_key_id: optional(text),
      project_id: project,
    }),
    v.object({ type: v.literal('api_key'), api_key: apiKey }),
  ],
  (issue) =>
    issue.expected === 'Object'
      ? 'an object or a JSON string of one'
      : `must be one of: ${TYPES.join(', ')}`,
)

export type CredentialFile = v.InferOutput<typeof credentialFile>

/** As an object, or as the JSON string that the file is. */
export const foldedFile = v.unknown()

const credential = {
  gcpServiceAccount: v.pipe(foldedFile, v.transform(unfold), credentialFile),
  label: optional(v.pipe(text, v.maxLength(100, 'must have at most 100 characters'))),
  upstream: optional(v.picklist(UPSTREAMS, `must be one of: ${UPSTREAMS.join(', ')}`)),
  project,
  location,
}

/** POST /v1/config/update, whose body names the user too. */
export const updateBody = v.object(credential)
/** A credential for a user whom the address names. */
export const additionBody = v.strictObject(credential)

/** As many as a ring may ever have (MAX_CREDENTIALS in settings.ts). */
const MAX_LINES = 100
/** Each is an `additionBody`, but checked by itself: one that is bad does not lose the others. */
export const bulkLine = v.unknown()

export const bulkBody = v.strictObject({
  credentials: v.pipe(
    v.array(bulkLine, 'an array of credentials'),
    v.minLength(1, 'must have at least one credential'),
    v.maxLength(MAX_LINES, `must have at most ${MAX_LINES} credentials`),
  ),
})

/** Admins paste the file as an object or as the string that it is; an API key has no file, and nobody who writes one thinks of a type. */
function unfold(value: unknown): unknown {
  if (typeof value !== 'string') return typed(value)
  try {
    return typed(JSON.parse(value))
  } catch {
    return value // not an object either, and refused as the wrong type
  }
}

function typed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const isKey = Object.hasOwn(value, 'api_key') && !Object.hasOwn(value, 'type')
  return isKey ? { ...value, type: 'api_key' } : value
}

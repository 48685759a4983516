import { wordOf } from '../../failure/check.ts'
import * as v from 'valibot'
import { UPSTREAMS } from '../../gemini/upstreams.ts'
import { isPrintable, PRINTABLE } from './printable.ts'
import { LOCATION, PROJECT } from '../../upstreams/credential.ts'
import { lazy } from '../../lazy.ts'

/**
 * Shapes of a credential that admins post. Each message says what was expected; failure/issue.ts builds the sentence
 * around it.
 */

const MAX_CHARS = 16_384
const text = lazy(() =>
  v.pipe(
    v.string('a string'),
    v.trim(),
    v.nonEmpty('must not be empty'),
    v.maxLength(MAX_CHARS, `must have at most ${MAX_CHARS} characters`),
  ),
)

function optional<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.nullish(schema, null)
}

/** Becomes part of an upstream's path. */
const project = lazy(() =>
  optional(v.pipe(text(), v.regex(PROJECT, 'must be a Google Cloud project id'))),
)

/** Becomes part of an upstream's host name. */
const location = lazy(() =>
  optional(v.pipe(text(), v.regex(LOCATION, 'must be a location such as us-central1'))),
)

/** Becomes a header's value. */
const apiKey = lazy(() =>
  v.pipe(text(), v.regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII without spaces')),
)

/** The accepted forms, for error messages. */
export const FORMS =
  '{"type": "service_account", …} and {"type": "authorized_user", …} as Google writes them, or {"api_key": "…"}'

const TYPES = ['authorized_user', 'service_account', 'api_key'] as const

/** Google's credential files unchanged, and an API key in a similar form. */
export const credentialFile = lazy(() =>
  v.variant(
    'type',
    [
      v.object({
        type: v.literal('authorized_user'),
        client_id: text(),
        client_secret: text(),
        refresh_token: text(),
        quota_project_id: project(),
      }),
      v.object({
        type: v.literal('service_account'),
        client_email: text(),
        private_key: text(),
        private_key_id: optional(text()),
        project_id: project(),
      }),
      v.object({ type: v.literal('api_key'), api_key: apiKey() }),
    ],
    (issue) =>
      issue.expected === 'Object'
        ? 'an object or a JSON string of one'
        : `must be one of: ${TYPES.join(', ')}`,
  ),
)

export type CredentialFile = v.InferOutput<ReturnType<typeof credentialFile>>

/** An object, or the file's JSON as a string. */
export const foldedFile = lazy(() => v.unknown())

const credential = lazy(() => ({
  gcpServiceAccount: v.pipe(foldedFile(), v.transform(unfold), credentialFile()),
  label: optional(
    v.pipe(
      text(),
      v.maxLength(100, 'must have at most 100 characters'),
      v.check(isPrintable, PRINTABLE),
    ),
  ),
  upstream: optional(wordOf(UPSTREAMS)),
  project: project(),
  location: location(),
}))

/** For POST /v1/config/update, whose body also names the user, so other fields are allowed. */
export const updateBody = lazy(() => v.object(credential()))
/** For routes whose address names the user. */
export const additionBody = lazy(() => v.strictObject(credential()))

/** The most credentials that a ring may ever have (MAX_CREDENTIALS in settings.ts). */
const MAX_LINES = 100
/** Each line is checked alone as an `additionBody`, so that a bad line does not reject the others. */
export const bulkLine = lazy(() => v.unknown())

export const bulkBody = lazy(() =>
  v.strictObject({
    credentials: v.pipe(
      v.array(bulkLine(), 'an array of credentials'),
      v.minLength(1, 'must have at least one credential'),
      v.maxLength(MAX_LINES, `must have at most ${MAX_LINES} credentials`),
    ),
  }),
)

/** Admins paste the file as an object or as a string. An API key has no file, so its `type` may be missing. */
function unfold(value: unknown): unknown {
  if (typeof value !== 'string') return typed(value)
  try {
    return typed(JSON.parse(value))
  } catch {
    return value // not an object, so the schema refuses it
  }
}

function typed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const isKey = Object.hasOwn(value, 'api_key') && !Object.hasOwn(value, 'type')
  return isKey ? { ...value, type: 'api_key' } : value
}

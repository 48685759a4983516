import { importPKCS8 } from 'jose'
import * as v from 'valibot'
import type { Upstream } from '../gemini/upstreams.ts'
import type { Failure } from '../http/errors.ts'
import { toFailure } from '../http/issue.ts'
import { isRecord } from '../http/record.ts'
import type { CredentialInput } from '../objects/credential.ts'
import type { Secret } from '../upstreams/credential.ts'

export type ParsedCredential =
  | { readonly ok: true; readonly input: CredentialInput }
  | { readonly ok: false; readonly failure: Failure }

/** The field that holds the credential; the seed's name, whatever the credential's type. */
const FIELD = 'gcpServiceAccount'

/** Which upstreams each type of credential opens; the first is the default. */
const UPSTREAMS_OF: Readonly<Record<Secret['type'], readonly [Upstream, ...Upstream[]]>> = {
  authorized_user: ['code-assist', 'vertex'],
  service_account: ['vertex'],
  api_key: ['gemini-api', 'vertex'],
}

const text = v.pipe(v.string('a string'), v.trim(), v.nonEmpty('must not be empty'))
const optionalText = v.nullish(text, null)

/** Both become part of an upstream's address, the location even of its host name. */
const project = v.nullish(
  v.pipe(text, v.regex(/^[a-z0-9][a-z0-9:.-]{1,100}$/, 'must be a Google Cloud project id')),
  null,
)
const location = v.nullish(
  v.pipe(
    text,
    v.regex(
      /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
      'must be a location such as global or us-central1',
    ),
  ),
  null,
)

const types = Object.keys(UPSTREAMS_OF) as Secret['type'][]
const file = v.variant(
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
      private_key_id: optionalText,
      project_id: project,
    }),
    v.object({
      type: v.literal('api_key'),
      api_key: v.pipe(text, v.regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII without spaces')),
    }),
  ],
  (issue) =>
    issue.input === undefined || isRecord(issue.input)
      ? `must be one of: ${types.join(', ')}`
      : 'an object or a JSON string of one',
)

const around = v.object({
  label: v.nullish(v.pipe(text, v.maxLength(100, 'must have at most 100 characters')), null),
  upstream: v.nullish(
    v.picklist(
      ['code-assist', 'vertex', 'gemini-api'],
      'must be one of: code-assist, vertex, gemini-api',
    ),
    null,
  ),
  project,
  location,
})

/** Checks the credential in a body of POST /v1/config/update. Messages name fields, never their values. */
export async function parseCredential(body: Record<string, unknown>): Promise<ParsedCredential> {
  const given = v.safeParse(around, body, { abortEarly: true })
  if (!given.success) return { ok: false, failure: toFailure(given.issues[0]) }
  const unfolded = unfold(body[FIELD])
  if (unfolded === undefined) {
    return refuse('missing_required_parameter', `Missing required parameter: '${FIELD}'.`, FIELD)
  }
  if (!isRecord(unfolded)) {
    return refuse(
      'invalid_type',
      `Invalid type for '${FIELD}': expected an object or a JSON string of one.`,
      FIELD,
    )
  }
  const parsed = v.safeParse(
    v.object({ [FIELD]: file }),
    { [FIELD]: unfolded },
    { abortEarly: true },
  )
  if (!parsed.success) return { ok: false, failure: toFailure(parsed.issues[0]) }
  const credential = parsed.output[FIELD]
  if (credential === undefined) throw new Error('A parsed object has its field.')

  const upstream = given.output.upstream ?? UPSTREAMS_OF[credential.type][0]
  if (!UPSTREAMS_OF[credential.type].includes(upstream)) {
    const possible = UPSTREAMS_OF[credential.type].join(', ')
    return refuse(
      'invalid_value',
      `Invalid value for 'upstream': a credential of type ${credential.type} opens ${possible}.`,
      'upstream',
    )
  }
  const secret = secretOf(credential)
  if (secret.type === 'service_account') {
    const problem = await keyProblem(secret.privateKey)
    if (problem !== null)
      return refuse(
        'invalid_value',
        `Invalid value for '${FIELD}.private_key': ${problem}.`,
        `${FIELD}.private_key`,
      )
  }
  const quotaProject = credential.type === 'authorized_user' ? credential.quota_project_id : null
  const ownProject = credential.type === 'service_account' ? credential.project_id : quotaProject
  const fallback = upstream === 'vertex' ? ownProject : null
  const chosen = given.output.project ?? fallback
  if (upstream === 'vertex' && chosen === null && credential.type !== 'api_key') {
    return refuse(
      'missing_required_parameter',
      "Missing required parameter: 'project'. Vertex serves this credential through a Google Cloud project.",
      'project',
    )
  }
  return {
    ok: true,
    input: {
      secret,
      upstream,
      label: given.output.label,
      project: chosen,
      location: given.output.location,
      quotaProject,
    },
  }
}

/** Admins paste the file as an object or as the string that it is. */
function unfold(value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value // not an object either: refused as the wrong type
  }
}

function secretOf(credential: v.InferOutput<typeof file>): Secret {
  switch (credential.type) {
    case 'authorized_user':
      return {
        type: 'authorized_user',
        clientId: credential.client_id,
        clientSecret: credential.client_secret,
        refreshToken: credential.refresh_token,
      }
    case 'service_account':
      return {
        type: 'service_account',
        clientEmail: credential.client_email,
        // Shells and dashboards turn the line breaks of a PEM into a backslash and an n.
        privateKey: credential.private_key.replaceAll('\\n', '\n'),
        privateKeyId: credential.private_key_id,
      }
    case 'api_key':
      return { type: 'api_key', apiKey: credential.api_key }
  }
}

async function keyProblem(privateKey: string): Promise<string | null> {
  if (privateKey.includes('BEGIN RSA PRIVATE KEY')) {
    return 'must be PKCS#8; convert it with `openssl pkcs8 -topk8 -nocrypt`'
  }
  try {
    await importPKCS8(privateKey, 'RS256')
    return null
  } catch {
    return 'must be an RSA private key in PEM (PKCS#8)' // the reason may hold parts of the key
  }
}

function refuse(reason: Failure['reason'], message: string, param: string): ParsedCredential {
  return { ok: false, failure: { reason, message, param } }
}

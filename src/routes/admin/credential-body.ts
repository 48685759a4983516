import { importPKCS8 } from 'jose'
import type { Upstream } from '../../gemini/upstreams.ts'
import type { Failure, FailureReason } from '../../failure/failure.ts'
import { parse } from '../../failure/check.ts'
import type { CredentialInput } from '../../objects/ring/credential.ts'
import type { Secret } from '../../upstreams/credential.ts'
import {
  type additionBody,
  type CredentialFile,
  FORMS,
  type updateBody,
} from './credential-schema.ts'

export type ParsedCredential =
  | { readonly ok: true; readonly input: CredentialInput }
  | { readonly ok: false; readonly failure: Failure }

/** The upstreams that each type of credential can use; the first is the default. */
const UPSTREAMS_OF: Readonly<Record<Secret['type'], readonly [Upstream, ...Upstream[]]>> = {
  authorized_user: ['code-assist', 'vertex'],
  service_account: ['vertex'],
  api_key: ['gemini-api', 'vertex'],
}

/** Checks a credential that an admin posts. Messages name fields, never their values. */
export async function parseCredential(
  body: unknown,
  schema: ReturnType<typeof updateBody> | ReturnType<typeof additionBody>,
): Promise<ParsedCredential> {
  const read = await readCredential(body, schema)
  if (read.ok) return read
  // A body that is not an object has no field to name.
  const { param = '' } = read.failure
  if (param !== '' && !param.startsWith('gcpServiceAccount')) return read
  const message = `${read.failure.message} Accepted as 'gcpServiceAccount': ${FORMS}.`
  return { ok: false, failure: { ...read.failure, message } }
}

async function readCredential(
  body: unknown,
  schema: ReturnType<typeof updateBody> | ReturnType<typeof additionBody>,
): Promise<ParsedCredential> {
  const parsed = parse(schema, body)
  if (!parsed.ok) return parsed
  const { gcpServiceAccount: file, label, location } = parsed.value

  const possible = UPSTREAMS_OF[file.type]
  const upstream = parsed.value.upstream ?? possible[0]
  if (!possible.includes(upstream)) {
    return invalid('upstream', `a credential of type ${file.type} opens ${possible.join(', ')}`)
  }
  const secret = secretOf(file)
  const problem = secret.type === 'service_account' ? await keyProblem(secret.privateKey) : null
  if (problem !== null) return invalid('gcpServiceAccount.private_key', problem)

  const quotaProject = file.type === 'authorized_user' ? file.quota_project_id : null
  const project = parsed.value.project ?? ownProject(file, upstream)
  if (upstream === 'vertex' && project === null && file.type !== 'api_key') {
    const why = 'Vertex serves this credential through a Google Cloud project.'
    const message = `Missing required parameter: 'project'. ${why}`
    return refuse('missing_required_parameter', message, 'project')
  }
  return { ok: true, input: { secret, upstream, label, project, location, quotaProject } }
}

/**
 * The project that the credential's file names. Not used for Code Assist, where the account's own project is
 * discovered.
 */
function ownProject(file: CredentialFile, upstream: Upstream): string | null {
  if (upstream !== 'vertex') return null
  if (file.type === 'service_account') return file.project_id
  return file.type === 'authorized_user' ? file.quota_project_id : null
}

function secretOf(file: CredentialFile): Secret {
  switch (file.type) {
    case 'authorized_user':
      return {
        type: 'authorized_user',
        clientId: file.client_id,
        clientSecret: file.client_secret,
        refreshToken: file.refresh_token,
      }
    case 'service_account':
      return {
        type: 'service_account',
        clientEmail: file.client_email,
        // Shells and dashboards turn the line breaks of a PEM into a backslash and an `n`.
        privateKey: file.private_key.replaceAll('\\n', '\n'),
        privateKeyId: file.private_key_id,
      }
    case 'api_key':
      return { type: 'api_key', apiKey: file.api_key }
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

function invalid(param: string, problem: string): ParsedCredential {
  return refuse('invalid_value', `Invalid value for '${param}': ${problem}.`, param)
}

function refuse(reason: FailureReason, message: string, param: string): ParsedCredential {
  return { ok: false, failure: { reason, message, param } }
}

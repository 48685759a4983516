import type { Upstream } from '../gemini/upstreams.ts'
import { fetchText } from '../http/fetch-text.ts'
import type { Settings } from '../settings.ts'
import { headersOf } from './call.ts'
import { classify } from './classify.ts'
import { discoverProject } from './code-assist-setup.ts'
import type { Access, Secret } from './credential.ts'
import { parseGoogleError } from './google-error.ts'
import { mintToken } from './oauth.ts'
import type { CredentialFault, Verdict } from './verdict.ts'
import { vertexModelUrl } from './vertex.ts'

/** Whether a credential works, found out without generating anything. */
export interface Verification {
  readonly verdict: 'works' | 'refused' | 'unknown'
  /** How far the check got: a token, the project, or an answer of the upstream. */
  readonly checked: 'token' | 'project' | 'upstream'
  /** Why it does not work, in Pollux's words; null if it works. */
  readonly reason: string | null
  /** What to do about it; null if there is nothing to do. */
  readonly advice: string | null
  readonly project: string | null
}

export interface Candidate {
  readonly secret: Secret
  readonly upstream: Upstream
  readonly project: string | null
  readonly location: string | null
  readonly quotaProject: string | null
}

const TIMEOUT_MS = 15_000
/** All upstreams serve it, and counting its tokens costs nothing. */
const PROBE_MODEL = 'gemini-2.5-flash'

/** How far to go: only the token, or on to the project and the upstream. */
export type Depth = 'token' | 'upstream'

/**
 * Checks a credential with Google: a token, then the project or a call that generates nothing (docs/google.md:
 * Checking a credential). Never rejects.
 */
export async function verify(
  candidate: Candidate,
  settings: Settings,
  depth: Depth = 'upstream',
): Promise<Verification> {
  const { secret, upstream } = candidate
  let { project } = candidate
  let auth: Access['auth']
  if (secret.type === 'api_key') {
    if (depth === 'token') return works('token', project) // an API key is its own token
    auth = { scheme: 'api_key', value: secret.apiKey }
  } else {
    const minted = await mintToken(secret, settings.googleTokenUrl, Date.now())
    if (!minted.ok) return outcome('token', minted, project)
    if (depth === 'token') return works('token', project)
    auth = { scheme: 'bearer', value: minted.token }
    if (upstream === 'code-assist') {
      const found = await discoverProject(minted.token, project ?? candidate.quotaProject, settings)
      if (!found.ok) return outcome('project', found, project)
      project ??= found.project
      return works('project', project)
    }
  }
  return probe({ ...candidate, project, auth }, settings)
}

async function probe(access: Access, settings: Settings): Promise<Verification> {
  const { upstream, auth, project } = access
  try {
    // Inside the try: a token that no header can carry throws here.
    const headers = headersOf(access)
    const answer =
      upstream === 'gemini-api'
        ? await fetchText(
            `${settings.geminiApiBaseUrl}/v1beta/models?pageSize=1`,
            { headers },
            TIMEOUT_MS,
          )
        : await fetchText(
            `${vertexModelUrl(access, PROBE_MODEL, settings)}:countTokens`,
            { method: 'POST', headers, body: PROBE_BODY },
            TIMEOUT_MS,
          )
    if (answer.status === 200) return works('upstream', project)
    const error = parseGoogleError(answer.status, answer.text)
    const verdict = classify({ upstream, scheme: auth.scheme }, error, Date.now())
    const fault = faultIn(verdict)
    if (fault !== undefined) return outcome('upstream', { permanent: true, reason: fault }, project)
    const reason = verdict.kind === 'upstream_fault' ? verdict.reason : verdict.kind
    return outcome('upstream', { permanent: false, reason }, project)
  } catch {
    return outcome('upstream', { permanent: false, reason: 'unreachable' }, project)
  }
}

/** The request is Pollux's own, so only the credential can be at fault. */
function faultIn(verdict: Verdict): CredentialFault | undefined {
  if (verdict.kind === 'client_fault') return verdict.suspicion
  return verdict.kind === 'credential_fault' ? verdict.reason : undefined
}

const PROBE_BODY = '{"contents":[{"role":"user","parts":[{"text":"ping"}]}]}'

function works(checked: Verification['checked'], project: string | null): Verification {
  return { verdict: 'works', checked, reason: null, advice: null, project }
}

function outcome(
  checked: Verification['checked'],
  { permanent, reason }: { readonly permanent: boolean; readonly reason: string },
  project: string | null,
): Verification {
  return permanent
    ? { verdict: 'refused', checked, reason, advice: ADVICE.get(reason) ?? null, project }
    : { verdict: 'unknown', checked, reason, advice: 'Google did not say; try again.', project }
}

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['api_key_invalid', 'Make a new API key and post it.'],
  ['api_key_leaked', 'Google has seen this key in public: make a new one.'],
  [
    'invalid_grant',
    'Log in again and post the new refresh token; a service account needs a new key.',
  ],
  [
    'invalid_client',
    'The OAuth client is unknown or its secret is wrong: check client_id and client_secret.',
  ],
  ['service_disabled', 'Enable the API in the Google Cloud project.'],
  ['billing_disabled', 'Enable billing for the Google Cloud project.'],
  [
    'licence_required',
    'Code Assist needs a Standard or Enterprise licence; individuals are served no longer.',
  ],
  ['validation_required', 'Google wants the account to be verified by its owner.'],
  ['tos_violation', 'Google has suspended the account.'],
  ['project_not_found', 'Name a Google Cloud project that the credential may use.'],
  [
    'permission_denied',
    'Give the account the role Vertex AI User, or lift the restrictions of the key.',
  ],
  [
    'key_restricted',
    'The key is kept to other APIs or addresses: lift that in the Google Cloud console.',
  ],
  ['scope_insufficient', 'The credential lacks the scope cloud-platform: log in again with it.'],
  [
    'project_suspended',
    'Google has suspended the project: its owner finds the reason in the console.',
  ],
  [
    'policy_violated',
    'A rule of the organisation forbids it, such as a perimeter of VPC Service Controls.',
  ],
  ['not_in_plan', 'The plan does not include this model.'],
  ['credits_exhausted', 'Prepaid credits or a spending cap are used up.'],
  ['model_not_found', 'The location does not serve Gemini; try global.'],
  ['precondition_failed', 'The project may not use Gemini: check billing, tier and location.'],
])

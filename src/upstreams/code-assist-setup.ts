import { recordOf } from '../json/record.ts'
import { fetchText } from '../http/fetch-text.ts'
import type { Settings } from '../settings.ts'
import { classify } from './classify.ts'
import { PROJECT } from './credential.ts'
import { parseGoogleError } from './google-error.ts'
import type { CredentialFault } from './verdict.ts'

/** The Google Cloud project through which Code Assist serves an account, or why there is none. */
export type ProjectResult =
  | { readonly ok: true; readonly project: string }
  | { readonly ok: false; readonly permanent: true; readonly reason: CredentialFault }
  | { readonly ok: false; readonly permanent: false; readonly reason: string }

const TIMEOUT_MS = 15_000
const POLL_MS = 1000
const MAX_POLLS = 20
const METADATA = {
  ideType: 'IDE_UNSPECIFIED',
  platform: 'PLATFORM_UNSPECIFIED',
  pluginType: 'GEMINI',
}
/** The only tier that is onboarded without a project; Google refuses it with one (docs/google.md: Code Assist). */
const FREE_TIER = 'free-tier'

type Fields = Readonly<Record<string, unknown>>

type Answer = { readonly ok: true; readonly body: Fields } | Extract<ProjectResult, { ok: false }>

/**
 * Finds the project with `loadCodeAssist`. An account that was never onboarded is onboarded first (docs/google.md:
 * Code Assist). `hint` is a project that the credential itself names, for tiers whose owner must choose one.
 */
export async function discoverProject(
  token: string,
  hint: string | null,
  settings: Settings,
): Promise<ProjectResult> {
  const call = caller(token, settings)
  const loaded = await call(':loadCodeAssist', {
    ...(hint === null ? {} : { cloudaicompanionProject: hint }),
    metadata: { ...METADATA, ...(hint === null ? {} : { duetProject: hint }) },
  })
  if (!loaded.ok) return loaded
  if ((loaded.body['currentTier'] ?? null) !== null) {
    const project = projectIn(loaded.body['cloudaicompanionProject']) ?? hint
    if (project !== null) return { ok: true, project }
    return wantsProject(recordOf(loaded.body['currentTier'])) ? NO_PROJECT : UNFINISHED
  }
  const refused = recordsOf(loaded.body['ineligibleTiers'])
  const offered = tierOffered(loaded.body)
  if (refused.some((tier) => tier['reasonCode'] === 'VALIDATION_REQUIRED')) {
    return { ok: false, permanent: true, reason: 'validation_required' }
  }
  // Accounts of companies are refused the tier of individuals beside the one that they may have.
  const isOpen =
    offered !== undefined &&
    (offered['id'] === FREE_TIER || hint !== null) &&
    refused.every((tier) => tier['tierId'] !== offered['id'])
  if (refused.length > 0 && !isOpen) {
    const isLasting = refused.every((tier) => LASTING_REFUSALS.has(tier['reasonCode']))
    return isLasting ? NOT_ELIGIBLE : NOT_NOW
  }
  return onboard(call, offered, hint)
}

const NO_PROJECT: ProjectResult = { ok: false, permanent: true, reason: 'project_not_found' }
/** Google did not say what is wrong, so the next try may succeed. */
const UNFINISHED: ProjectResult = { ok: false, permanent: false, reason: 'onboarding_unfinished' }
const NOT_ELIGIBLE: ProjectResult = { ok: false, permanent: true, reason: 'licence_required' }
const NOT_NOW: ProjectResult = { ok: false, permanent: false, reason: 'not_eligible_now' }
/**
 * What Google says about the account itself. Other codes are about the place and network of the call, may be revised
 * within a minute, or are not known yet.
 */
const LASTING_REFUSALS: ReadonlySet<unknown> = new Set([
  'DASHER_USER',
  'INELIGIBLE_ACCOUNT',
  'NON_USER_ACCOUNT',
  'RESTRICTED_AGE',
  'UNSUPPORTED_CLIENT',
])

/** The tier that an account without one is onboarded with. */
function tierOffered(loaded: Fields): Fields | undefined {
  return recordsOf(loaded['allowedTiers']).find((allowed) => allowed['isDefault'] === true)
}

/** Name of an operation that `onboardUser` has begun. It becomes part of an address, so only this form is accepted. */
const OPERATION = /^operations\/[\w.-]{1,200}$/

async function onboard(
  call: Caller,
  tier: Fields | undefined,
  hint: string | null,
): Promise<ProjectResult> {
  const tierId = typeof tier?.['id'] === 'string' ? tier['id'] : 'legacy-tier'
  const project = tierId === FREE_TIER ? null : hint
  // This tier needs a project from the owner, and none is named. Without any tier, Google did not say what it needs.
  if (tierId !== FREE_TIER && project === null) {
    return wantsProject(tier ?? {}) ? NO_PROJECT : UNFINISHED
  }

  let answer = await call(':onboardUser', {
    tierId,
    ...(project === null ? {} : { cloudaicompanionProject: project }),
    metadata: METADATA,
  })
  for (let poll = 0; answer.ok && answer.body['done'] !== true; poll++) {
    const operation = answer.body['name']
    const isNamed = typeof operation === 'string' && OPERATION.test(operation)
    if (poll === MAX_POLLS || !isNamed) return UNFINISHED
    await scheduler.wait(POLL_MS)
    answer = await call(`/${operation}`)
  }
  if (!answer.ok) return answer
  const { error, response } = answer.body
  if (error !== undefined && error !== null) return failedOnboarding(error)
  const named = projectIn(recordOf(recordOf(response)['cloudaicompanionProject'])['id']) ?? hint
  return named === null ? UNFINISHED : { ok: true, project: named }
}

/** Reads the operation's error, a google.rpc.Status. If its words are not known, the next try may succeed. */
function failedOnboarding(error: unknown): ProjectResult {
  const said = refusal(403, JSON.stringify({ error }))
  return said.permanent ? said : { ok: false, permanent: false, reason: 'onboarding_failed' }
}

/**
 * A project's name becomes part of requests and of the user's backup, which accepts this form only. Any other value
 * counts as no project.
 */
function projectIn(value: unknown): string | null {
  return typeof value === 'string' && PROJECT.test(value) ? value : null
}

function wantsProject(tier: Fields): boolean {
  return tier['userDefinedCloudaicompanionProject'] === true
}

/** POSTs the body; without one, GETs. */
type Caller = (path: string, body?: object) => Promise<Answer>

function caller(token: string, settings: Settings): Caller {
  return async (path, body) => {
    const payload = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    try {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const url = `${settings.codeAssistBaseUrl}/v1internal${path}`
      const { status, text } = await fetchText(url, { ...payload, headers }, TIMEOUT_MS)
      return status === 200 ? { ok: true, body: recordOf(JSON.parse(text)) } : refusal(status, text)
    } catch {
      return { ok: false, permanent: false, reason: 'unreachable' }
    }
  }
}

const CALLER = { upstream: 'code-assist', scheme: 'bearer' } as const

function refusal(status: number, body: string): Extract<ProjectResult, { ok: false }> {
  const verdict = classify(CALLER, parseGoogleError(status, body), Date.now())
  // A fault that concerns only one model says nothing about the account.
  if (verdict.kind === 'credential_fault' && verdict.scope === 'credential') {
    return { ok: false, permanent: true, reason: verdict.reason }
  }
  return { ok: false, permanent: false, reason: `http_${status}` }
}

function recordsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

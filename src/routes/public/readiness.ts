import { jsonResponse } from '../../json/json-response.ts'
import { masterKeyProblem } from '../../gateway/authenticate.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import { signingKey } from '../../objects/totals/alerts.ts'
import { readSecretKeys } from '../../secret-keys.ts'
import type { Call } from '../call.ts'

/**
 * GET /health/ready: whether the gateway can work, for probes of containers. It answers 503 and names the cause if a
 * secret is missing or malformed, or if VAULT_KEY does not open what is stored. Costs one call to the directory and
 * none to Google.
 */
export async function readiness({ env }: Call): Promise<Response> {
  const problems = [
    masterKeyProblem(env.MASTER_API_KEY),
    malformed('VAULT_KEY', env.VAULT_KEY) ?? (await vaultProblem(env)),
    malformed('API_KEY_SECRET', env.API_KEY_SECRET),
    alertProblem(env),
  ].filter((problem) => problem !== null)
  return problems.length === 0
    ? jsonResponse({ status: 'ok' })
    : jsonResponse({ status: 'not_ready', problems }, { status: 503 })
}

function malformed(name: string, secret: string | undefined): string | null {
  if (readSecretKeys(secret) !== null) return null
  return `${name} is missing or malformed: 32 bytes in base64 are needed`
}

function alertProblem(env: Env & { readonly ALERT_WEBHOOK_SECRET?: string }): string | null {
  const isAsked = (env.ALERT_WEBHOOK_URL ?? '').trim() !== ''
  return isAsked && signingKey((env.ALERT_WEBHOOK_SECRET ?? '').trim()) === null
    ? 'ALERT_WEBHOOK_SECRET is missing or malformed, so nothing is sent to ALERT_WEBHOOK_URL'
    : null
}

async function vaultProblem(env: Env): Promise<string | null> {
  try {
    const opens = await env.DIRECTORY.getByName(DIRECTORY_NAME).vaultOpens()
    return opens ? null : OTHER_VAULT
  } catch {
    return 'The storage of this gateway does not answer'
  }
}

const OTHER_VAULT =
  'VAULT_KEY is not the one that sealed what is stored here: put it back, behind a comma if need be, or POST /v1/config/reseal to go on without'

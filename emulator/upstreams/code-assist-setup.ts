/** loadCodeAssist and onboardUser, by persona (docs/google.md: Code Assist). */
import { resolveError } from '../errors/resolve.ts'
import { presetContext, presetFailure, refuse, takeReply } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import type { JsonObject } from '../json.ts'
import type { AuthorizedUserInput, Persona } from '../protocol.ts'
import { handleOf } from '../state/credentials.ts'
import type { OAuthCredential } from '../state/credentials.ts'
import type { Operation } from '../state/onboarding.ts'
import { readBody } from './body.ts'
import { answer } from './generate.ts'

const DEFAULT_POLLS = 1
const STANDARD_TIER = {
  id: 'standard-tier',
  name: 'Gemini Code Assist',
  description: 'Unlimited coding assistant with the most powerful Gemini models',
  userDefinedCloudaicompanionProject: true,
  privacyNotice: {},
}
const ALLOWED = { allowedTiers: [{ ...STANDARD_TIER, isDefault: true }] }
const FREE_TIER = { tierId: 'free-tier', tierName: 'Gemini Code Assist for individuals' }

/** The tiers, and whether onboarding takes a project (`true`: required, `false`: refused). */
const TIERS: Record<string, { project: boolean }> = {
  'free-tier': { project: false },
  'legacy-tier': { project: true },
  'standard-tier': { project: true },
}

const LOAD_REPLIES: Record<Persona, (user: AuthorizedUserInput, asked?: string) => JsonObject> = {
  licensed: (user, asked) => ({
    currentTier: STANDARD_TIER,
    ...ALLOWED,
    cloudaicompanionProject: user.project ?? asked ?? 'emulator-project',
  }),
  no_project: () => ({ currentTier: STANDARD_TIER, ...ALLOWED }),
  consumer: () => ({
    allowedTiers: [STANDARD_TIER],
    ineligibleTiers: [
      {
        reasonCode: 'UNSUPPORTED_CLIENT',
        ...FREE_TIER,
        reasonMessage:
          'This client is no longer supported for Gemini Code Assist for individuals. To continue ' +
          'using Gemini, please migrate to the Antigravity suite of products: https://antigravity.google',
      },
    ],
  }),
  validation_required: () => ({
    ...ALLOWED,
    ineligibleTiers: [
      {
        reasonCode: 'VALIDATION_REQUIRED',
        ...FREE_TIER,
        reasonMessage: 'Verify your account to continue.',
        validationErrorMessage: 'Verify your account to continue.',
        validationUrl: 'https://accounts.google.com/signin/continue?sarp=1&scc=1',
        validationUrlLinkText: 'Verify',
        validationLearnMoreUrl: 'https://support.google.com/accounts?p=al_alert',
        validationLearnMoreLinkText: 'Learn more',
      },
    ],
  }),
  not_onboarded: () => ALLOWED,
}

export function loadCodeAssist(exchange: Exchange, caller: OAuthCredential): Outcome {
  const body = readBody(exchange, 'LoadCodeAssistRequest')
  if (!body.ok) return refuse(body.failure)
  const asked = text(body.value['cloudaicompanionProject'])
  if (asked !== undefined) exchange.call.project = asked
  if (caller.type === 'service_account') {
    const ineligible = { reasonCode: 'NON_USER_ACCOUNT', ...FREE_TIER }
    return answer(exchange, { ...ALLOWED, ineligibleTiers: [ineligible] })
  }
  const { onboarding } = exchange.state
  const persona = caller.persona ?? 'licensed'
  const handle = handleOf(caller)
  if (persona !== 'not_onboarded' || !onboarding.isOnboarded(handle)) {
    return answer(exchange, LOAD_REPLIES[persona](caller, asked))
  }
  return answer(exchange, LOAD_REPLIES.licensed(caller, onboarding.project(handle) ?? asked))
}

export function onboardUser(exchange: Exchange, caller: OAuthCredential): Outcome {
  const body = readBody(exchange, 'OnboardUserRequest')
  if (!body.ok) return refuse(body.failure)
  const project = text(body.value['cloudaicompanionProject'])
  if (project !== undefined) exchange.call.project = project
  const tier = TIERS[text(body.value['tierId']) ?? '']
  if (!tier) return refuse(presetFailure(exchange, '400_generic'))
  if (tier.project !== (project !== undefined)) {
    return refuse(presetFailure(exchange, '400_precondition'))
  }
  if (caller.type === 'service_account') return refuse(presetFailure(exchange, '403_generic'))
  const reply = takeReply(exchange)
  if (reply.error) return refuse(resolveError(reply.error, presetContext(exchange)), reply)
  const polls = reply.polls ?? DEFAULT_POLLS
  const operation = exchange.state.onboarding.start(handleOf(caller), project, polls)
  return { kind: 'json', body: reply.body ?? describe(operation), reply }
}

export function getOperation(exchange: Exchange, caller: OAuthCredential): Outcome {
  const { state, route } = exchange
  const operation = state.onboarding.poll(route.operation)
  if (operation?.credential !== handleOf(caller)) return refuse(presetFailure(exchange, '404'))
  return answer(exchange, describe(operation))
}

function describe({ name, project, pollsLeft }: Operation): JsonObject {
  if (pollsLeft > 0) return { name }
  const id = project ?? 'emulator-project'
  return {
    name,
    done: true,
    response: {
      '@type': 'type.googleapis.com/google.internal.cloud.code.v1internal.OnboardUserResponse',
      cloudaicompanionProject: { id, name: id, projectNumber: '42' },
    },
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

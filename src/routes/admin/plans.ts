import { jsonResponse } from '../../json/json-response.ts'
import * as v from 'valibot'
import { persistently } from '../../persistently.ts'
import type { Failure } from '../../failure/failure.ts'
import { iso } from '../../json/time.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import type { KeptPlan } from '../../objects/directory/plans.ts'
import type { Plan, PlanAnswer, PlanList, PlanSettings } from '../../wire/plans.ts'
import type { Call, Reply } from '../call.ts'
import { readBody } from './body.ts'
import { planBody, planName } from './plan-schema.ts'
import { toSettings } from './user-schema.ts'

/** The most plans of a gateway. */
export const MAX_PLANS = 100

/** GET /v1/config/plans */
export async function listPlans({ env }: Call): Promise<Reply> {
  const plans = await persistently<readonly KeptPlan[]>(() => directory(env).plans())
  const list: PlanList = { status: 'ok', plans: plans.map(shown) }
  return jsonResponse(list)
}

/** GET /v1/config/plans/{name} */
export async function getPlan({ env, params }: Call): Promise<Reply> {
  const plan = await persistently<KeptPlan | null>(() => directory(env).plan(params['name'] ?? ''))
  return plan === null ? NO_PLAN : answered(plan)
}

/** PUT /v1/config/plans/{name}: replaces all settings of the plan, at once for everybody who has it. */
export async function putPlan(call: Call): Promise<Reply> {
  const name = call.params['name'] ?? ''
  if (!v.is(planName(), name)) return BAD_NAME
  const body = await readBody(call, planBody())
  if (!body.ok) return body.failure
  const given = body.value
  const plan = await persistently<KeptPlan | null>(() =>
    directory(call.env).putPlan(
      name,
      { wire: given, settings: toSettings(given) },
      call.by,
      MAX_PLANS,
    ),
  )
  return plan === null ? TOO_MANY : answered(plan)
}

/** DELETE /v1/config/plans/{name}: refused while anybody has the plan. */
export async function deletePlan({ env, params }: Call): Promise<Reply> {
  const name = params['name'] ?? ''
  const users = await persistently<number | null>(() => directory(env).deletePlan(name))
  if (users === null) return NO_PLAN
  if (users > 0) return inUse(users)
  return jsonResponse({ status: 'ok', deleted: true, plan: name })
}

/** What is wrong with giving this plan to a user; null if nothing is. */
export async function planProblem(
  env: Env,
  name: string | null | undefined,
): Promise<Failure | null> {
  if (name === null || name === undefined) return null
  const plan = await persistently<KeptPlan | null>(() => directory(env).plan(name))
  return plan === null ? UNKNOWN_PLAN : null
}

function answered(plan: KeptPlan): Response {
  const told: PlanAnswer = { status: 'ok', plan: shown(plan) }
  return jsonResponse(told)
}

function shown({ name, wire, updatedAt, users }: KeptPlan): Plan {
  return { name, settings: wire as PlanSettings, updated_at: iso(updatedAt), users }
}

function directory(env: Env) {
  return env.DIRECTORY.getByName(DIRECTORY_NAME)
}

const NO_PLAN: Failure = {
  reason: 'plan_not_found',
  message: 'There is no plan of this name; PUT /v1/config/plans/{name} makes one.',
  param: 'name',
}

const UNKNOWN_PLAN: Failure = {
  reason: 'invalid_value',
  message:
    "Invalid value for 'plan': there is no plan of this name; GET /v1/config/plans lists them.",
  param: 'plan',
}

const BAD_NAME: Failure = {
  reason: 'invalid_value',
  message:
    "Invalid value for 'name': must be a name of at most 64 letters, digits, dots, dashes or underscores.",
  param: 'name',
}

const TOO_MANY: Failure = {
  reason: 'invalid_value',
  message: `Invalid value for 'name': there are ${MAX_PLANS} plans already; delete one, or change one.`,
  param: 'name',
}

function inUse(users: number): Failure {
  const message = `This plan has ${users} ${users === 1 ? 'user' : 'users'}; give them another, or none, before it is deleted.`
  return { reason: 'plan_in_use', message, param: 'name' }
}

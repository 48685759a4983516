/** Plans: one act changes what many users share. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { AuditLine, AuditPage } from '../../src/wire/audit.ts'
import type { PlanAnswer, PlanList } from '../../src/wire/plans.ts'
import { readSettings } from '../../src/settings.ts'
import { admin, chat, configure, type ErrorBody, givenUser } from '../support/pollux.ts'

function named(): string {
  return `plan-${crypto.randomUUID()}`
}

async function put(name: string, settings: object): Promise<PlanAnswer> {
  const answer = await admin('PUT', `plans/${name}`, settings)
  expect(answer.status).toBe(200)
  return answer.json<PlanAnswer>()
}

async function statusOf(key: string): Promise<number> {
  const answer = await chat(key)
  await answer.text()
  return answer.status
}

describe('a plan', () => {
  it('holds for all of its users, and for nobody else, from the moment it is changed', async () => {
    const name = named()
    await put(name, { limits: { requests_per_day: 0 } })
    const team = [await givenUser(), await givenUser(), await givenUser()]
    const other = await givenUser()
    for (const user of team) await configure(user, { plan: name })
    for (const { key } of team) expect(await statusOf(key)).toBe(429)
    expect(await statusOf(other.key)).toBe(200)
    const changed = await put(name, { limits: { requests_per_day: 5 } })
    expect(changed.plan.users).toBe(3)
    for (const { key } of team) expect(await statusOf(key)).toBe(200)
  })

  it('leaves a line with each of its users when it changes, and with nobody else', async () => {
    const name = named()
    await put(name, { mode: 'sticky', limits: { requests_per_day: 5, usd_per_day: 1 } })
    const team = [await givenUser(), await givenUser()]
    const other = await givenUser()
    for (const user of team) await configure(user, { plan: name })
    await put(name, { limits: { requests_per_day: 6, usd_per_day: 1 } })
    // The same once more changes nothing.
    const last = await admin('PUT', `plans/${name}`, {
      limits: { requests_per_day: 6, usd_per_day: 1 },
    })
    await last.text()
    const lines = async (userId: string): Promise<readonly AuditLine[]> => {
      const answer = await admin('GET', `users/${userId}/audit`)
      const page = await answer.json<AuditPage>()
      expect(page.chain.holds).toBe(true)
      return page.lines.flatMap((line) => ('act' in line ? [line] : []))
    }
    for (const { userId } of team) {
      const changes = (await lines(userId)).filter(({ act }) => act === 'plan.changed')
      expect(changes).toMatchObject([
        {
          actor: 'admin',
          subject: name,
          detail: { fields: ['mode', 'limits.requests_per_day'] },
          request_id: expect.stringMatching(/^req_/),
        },
      ])
      expect(changes[0]?.request_id).not.toBe(last.headers.get('x-request-id'))
    }
    expect((await lines(other.userId)).map(({ act }) => act)).not.toContain('plan.changed')
  })

  it('goes before the user’s own settings, which are there again without it', async () => {
    const name = named()
    await put(name, { mode: 'round_robin', limits: { requests_per_day: 7 } })
    const user = await givenUser()
    await configure(user, { limits: { requests_per_day: 3, tokens_per_day: 9 }, label: 'Ada' })
    type Answer = { user: Record<string, unknown> }
    const given = await admin('PATCH', `users/${user.userId}`, { plan: name })
    expect((await given.json<Answer>()).user).toMatchObject({
      plan: name,
      mode: 'round_robin',
      label: 'Ada',
      limits: { requests_per_day: 7, tokens_per_day: 9 },
    })
    const taken = await admin('PATCH', `users/${user.userId}`, { plan: null })
    expect((await taken.json<Answer>()).user).toMatchObject({
      plan: null,
      mode: 'sticky',
      limits: { requests_per_day: 3, tokens_per_day: 9 },
    })
  })

  it('is given at the making, listed, and deleted once nobody has it', async () => {
    const name = named()
    await put(name, { limits: { usd_per_month: 20 } })
    const made = await admin('POST', 'users', { plan: name })
    const { user } = await made.json<{ user: { id: string; limits: object; plan: string } }>()
    expect(user).toMatchObject({ plan: name, limits: { usd_per_month: 20 } })
    const { plans } = await (await admin('GET', 'plans')).json<PlanList>()
    expect(plans.find((plan) => plan.name === name)).toMatchObject({
      settings: { limits: { usd_per_month: 20 } },
      users: 1,
    })
    const line = await (await admin('GET', `users?q=${user.id}`)).json<{ users: object[] }>()
    expect(line.users[0]).toMatchObject({ plan: name })
    const kept = await admin('DELETE', `plans/${name}`)
    expect([kept.status, (await kept.json<ErrorBody>()).error.code]).toEqual([409, 'plan_in_use'])
    await configure({ userId: user.id }, { plan: null })
    expect((await admin('DELETE', `plans/${name}`)).status).toBe(200)
    expect((await admin('GET', `plans/${name}`)).status).toBe(404)
  })

  it('is refused where it does not exist, or says what it cannot', async () => {
    const user = await givenUser()
    const unknown = await admin('PATCH', `users/${user.userId}`, { plan: 'nobody-made-it' })
    expect(unknown.status).toBe(400)
    expect((await unknown.json<ErrorBody>()).error.param).toBe('plan')
    for (const [body, param] of [
      [{ label: 'x' }, 'label'],
      [{ limits: { requests_per_day: -1 } }, 'limits.requests_per_day'],
    ] as const) {
      const answer = await admin('PUT', `plans/${named()}`, body)
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error.param).toBe(param)
    }
    expect((await admin('PUT', 'plans/a%20b', {})).status).toBe(400)
  })
})

describe('DEFAULT_LIMITS', () => {
  it('are read by the names of limits, and refused where they are none', () => {
    const read = (text: string) => readSettings({ ...env, DEFAULT_LIMITS: text })
    expect(read('{"requests_per_day":5,"usd_total":0.5}')).toMatchObject({
      settings: { defaultLimits: { requestsPerDay: 5, usdTotal: 0.5 } },
    })
    for (const bad of [
      '5',
      '[]',
      '{',
      '{"requests":1}',
      '{"requests_per_day":-1}',
      '{"max_concurrency":1.5}',
    ]) {
      expect(read(bad)).toMatchObject({ ok: false })
    }
  })
})

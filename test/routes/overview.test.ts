import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { DIRECTORY_NAME } from '../../src/objects/directory.ts'
import type { UserSummary } from '../../src/objects/totals/push.ts'
import { TOTALS_NAME } from '../../src/objects/totals.ts'
import type { Overview } from '../../src/wire/overview.ts'
import { fetchPollux, givenUser, MASTER_KEY } from '../support/pollux.ts'
import { pushOfUser } from '../support/totals.ts'

const USERS = 1000
const TEAM = `overview ${crypto.randomUUID()}`
const HOUR_MS = 3_600_000

function idOf(number: number): string {
  return String(number).padStart(64, '0')
}

function get(query: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetchPollux(`/v1/overview${query}`, {
    headers: { authorization: `Bearer ${MASTER_KEY}`, ...headers },
  })
}

async function overview(query: string): Promise<Overview> {
  const answer = await get(query)
  if (!answer.ok) throw new Error(await answer.text())
  return answer.json<Overview>()
}

/**
 * The first user's credential is quarantined. The second is out of quota for another hour. The third was out of quota
 * until an hour ago. The fourth has no credentials.
 */
function summaryOf(number: number, plain: UserSummary): UserSummary {
  const ring = { upstream: 'vertex', ready: 0, cooling: 0, paused: 0, quarantined: 0 } as const
  const now = Date.now()
  if (number === 0) {
    const detail = {
      credential_label: 'old',
      reason: 'validation_required',
      link: 'https://g.co/x',
    }
    return {
      ...plain,
      rings: [{ ...ring, quarantined: 1 }],
      isOut: true,
      conditions: [{ kind: 'credential_quarantined', subject: 'cred_old', detail }],
    }
  }
  if (number === 3) return plain
  const isOut = number === 1 || number === 2
  const nextRecovery = number === 1 ? now + HOUR_MS : number === 2 ? now - HOUR_MS : null
  return {
    ...plain,
    rings: [{ ...ring, [isOut ? 'cooling' : 'ready']: 1 }],
    isOut,
    nextRecovery,
  }
}

/** Pushes what users' objects would push, without creating the objects. */
async function givenThousandUsers(): Promise<void> {
  const directory = env.DIRECTORY.getByName(DIRECTORY_NAME)
  const totals = env.TOTALS.getByName(TOTALS_NAME)
  const tell = async (number: number): Promise<void> => {
    const label = `${TEAM} ${number}`
    const card = { label, disabled: false, expiresAt: null, keyHint: null, plan: null }
    await directory.register(idOf(number), Date.now(), card)
    const user = { id: idOf(number), life: 'a', version: 1, pushed: 0, ok: 1, quota: 1 }
    const push = pushOfUser(user)
    await totals.push({ ...push, summary: summaryOf(number, push.summary) })
  }
  await Promise.all(Array.from({ length: USERS }, (_, number) => tell(number)))
}

describe('the overview', { timeout: 60_000 }, () => {
  it('tells a thousand users in one answer, those in trouble first, and how all rings stand', async () => {
    await givenThousandUsers()
    const told = await overview('')
    expect(told.users).toHaveLength(USERS)
    expect(told.total).toBe(USERS)
    expect(told.next).toBeNull()
    const page = await overview('?offset=998&limit=1')
    expect(page.next).toBe('?sort=trouble&offset=999')
    expect((await overview(`${page.next}&limit=1`)).next).toBeNull()
    expect(new Set(told.users.map(({ user }) => user)).size).toBe(USERS)
    expect(told.users.slice(0, 2).map(({ user }) => user)).toEqual([idOf(0), idOf(1)])
    // The third's quota has come back by now, though no push said so.
    expect(told.users.filter(({ out }) => out)).toHaveLength(2)
    expect(told.use.usage.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(2 * USERS)

    // The numbers of all rings do not depend on the page of users.
    const { users, rings, attention } = await overview('?q=nobody-is-called-so&limit=1')
    expect(users).toEqual([])
    expect(rings).toEqual({
      users: USERS,
      told: USERS,
      empty: 1,
      out: 2,
      next_recovery: told.users[1]?.next_recovery,
      ledgers_broken: 0,
      quarantined: 1,
    })
    expect(attention).toEqual([
      {
        user: idOf(0),
        label: `${TEAM} 0`,
        credential: 'cred_old',
        credential_label: 'old',
        reason: 'validation_required',
        link: 'https://g.co/x',
      },
    ])
  })

  it('is not told again while nothing has changed', async () => {
    await givenUser()
    const query = '?limit=2'
    const first = await get(query)
    const etag = first.headers.get('etag') ?? ''
    const again = await get(query, { 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('is for admins alone, and refuses what it does not know', async () => {
    const { key } = await givenUser()
    const headers = { authorization: `Bearer ${key}` }
    expect((await fetchPollux('/v1/overview', { headers })).status).toBe(401)
    for (const [query, param] of [
      ['?limit=1001', 'limit'],
      ['?limit=0', 'limit'],
      ['?limit=x', 'limit'],
      ['?sort=nonsense', 'sort'],
      ['?offset=-1', 'offset'],
      ['?offset=99999999', 'offset'],
      ['?after=xyz', 'after'],
      ['?nonsense=1', 'nonsense'],
      ['?q=', 'q'],
    ]) {
      const answer = await get(query ?? '')
      const { error } = await answer.json<{ error: { param: string } }>()
      expect([query, answer.status, error.param]).toEqual([query, 400, param])
    }
  })
})

import { describe, expect, it } from 'vitest'
import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { DIRECTORY_NAME } from '../../src/objects/directory.ts'
import { Witness } from '../../src/objects/secrets/witness.ts'
import worker from '../../src/worker.ts'
import { admin, fetchPollux, givenUser } from '../support/pollux.ts'

const OTHER_KEY = new Uint8Array(32).fill(99).toBase64()

/** Calls the Worker with some of its bindings replaced. Its objects keep theirs. */
function readyWith(overrides: Partial<Env>): Promise<Response> {
  const request = new Request('http://pollux.test/health/ready')
  return worker.fetch(request as never, { ...env, ...overrides }, createExecutionContext())
}

/** As if the users' secrets had been sealed with this key. */
async function sealedUnder(vaultKey: string): Promise<void> {
  await runInDurableObject(env.DIRECTORY.getByName(DIRECTORY_NAME), (_, { storage }) =>
    new Witness(storage.sql).renew(vaultKey),
  )
}

describe('GET /health/ready', () => {
  it('is well where every secret is, by GET and HEAD, before and after the first user', async () => {
    for (let time = 0; time < 2; time++) {
      const answer = await fetchPollux('/health/ready')
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
      expect((await fetchPollux('/health/ready', { method: 'HEAD' })).status).toBe(200)
      await givenUser()
    }
  })

  it.each([
    ['MASTER_API_KEY', ''],
    ['MASTER_API_KEY', 'changeme'],
    ['MASTER_API_KEY', 'too-little'],
    ['VAULT_KEY', ''],
    ['VAULT_KEY', 'no base64!'],
    ['VAULT_KEY', new Uint8Array(16).toBase64()],
    ['VAULT_KEY', `${OTHER_KEY},half`],
    ['API_KEY_SECRET', ''],
    ['API_KEY_SECRET', new Uint8Array(31).toBase64()],
    ['API_KEY_SECRET', `${OTHER_KEY},`],
  ] as const)(
    'names %s where it is %j, and nothing of it; /health goes on',
    async (name, value) => {
      const answer = await readyWith({ [name]: value })
      expect(answer.status).toBe(503)
      const text = await answer.text()
      expect(JSON.parse(text)).toEqual({
        status: 'not_ready',
        problems: [expect.stringContaining(name)],
      })
      expect(text).not.toContain(value || OTHER_KEY)
      expect((await fetchPollux('/health')).status).toBe(200)
    },
  )

  it('names each of several', async () => {
    const answer = await readyWith({ MASTER_API_KEY: '', VAULT_KEY: '', API_KEY_SECRET: '' })
    expect((await answer.json<{ problems: string[] }>()).problems).toHaveLength(3)
  })

  it('fails where VAULT_KEY is a good one and not that of the users, until all is resealed', async () => {
    await sealedUnder(OTHER_KEY)
    expect((await fetchPollux('/health/ready')).status).toBe(200) // There is no user, so nothing was sealed.
    await givenUser()
    await sealedUnder(OTHER_KEY)
    const answer = await fetchPollux('/health/ready')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('VAULT_KEY')
    expect((await admin('POST', 'reseal', {})).status).toBe(200)
    expect((await fetchPollux('/health/ready')).status).toBe(200)
  })
})

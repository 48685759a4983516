import { afterEach, describe, expect, it, vi } from 'vitest'
import { env } from 'cloudflare:workers'
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import {
  chat,
  fetchPollux,
  google,
  MASTER_KEY,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const PROMPT = 'canary-prompt-7d1f'

/**
 * Everything that must never be seen: the user's key, the admin's, the secret of each credential and each access
 * token.
 */
async function planted(): Promise<{ user: User; secrets: string[] }> {
  const key = `canary-user-key-${crypto.randomUUID()}`
  const minted = [
    await google.registerApiKey(),
    await google.registerServiceAccount({ project: 'canary-project' }),
    await google.registerAuthorizedUser({ persona: 'licensed', project: 'canary-project' }),
  ]
  const secrets = [key, MASTER_KEY, env.VAULT_KEY]
  const credentials: { id: string; handle: string }[] = []
  let userId = ''
  for (const { credential, handle } of minted) {
    const answer = await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
    })
    const body = await answer.json<{ user: string; credential: { id: string } }>()
    userId = body.user
    credentials.push({ id: body.credential.id, handle })
    for (const [name, value] of Object.entries(credential)) {
      if (['api_key', 'client_secret', 'refresh_token'].includes(name)) secrets.push(String(value))
      if (name === 'private_key') secrets.push(String(value).split('\n')[3] ?? '')
    }
  }
  return { user: { key, userId, credentials }, secrets }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('secrets and prompts', { timeout: 30_000 }, () => {
  it('appear in no log line, answer, header, error, KV key, stats page or table', async () => {
    const written: string[] = []
    for (const channel of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, channel).mockImplementation((...words: unknown[]) => {
        written.push(JSON.stringify(words))
      })
    }
    const { user, secrets } = await planted()
    const seen: string[] = []
    const see = async (answer: Response): Promise<void> => {
      seen.push(JSON.stringify([...answer.headers]), await answer.text())
    }
    const messages = [{ role: 'user', content: PROMPT }]
    const say = async (overrides: Record<string, unknown>, reply?: object): Promise<void> => {
      for (const { handle } of user.credentials) {
        await google.script({ credential: handle, reply: (reply ?? { text: 'fine' }) as never })
      }
      await see(await chat(user.key, { messages, ...overrides }))
      for (const { handle } of user.credentials) await google.clearScripts(handle)
    }

    // Uses every credential in turn, streamed and whole, in every way to fail.
    for (const _ of user.credentials) {
      await say({})
      await say({ stream: true })
      await see(await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key }))
    }
    await say({ stream: true }, { text: 'a b c d', breakOffAfter: 2 })
    for (const error of [
      '500',
      '403_generic',
      '400_generic',
      '502_html',
      'generic_429',
      '503_overloaded',
    ]) {
      await say({ model: `gemini-2.5-${error === '400_generic' ? 'pro' : 'flash'}` }, { error })
    }
    await say({ model: 'gemini-3-flash-preview' }, { hangBeforeHeaders: true })
    for (const error of ['api_key_invalid', '401', '403_validation'])
      await say({ model: 'gemini-2.5-pro' }, { error })
    await see(await chat(`${user.key}-wrong`, { messages }))
    await see(
      await post('/v1/chat/completions', user.key, `{"messages": "${PROMPT}", ${secrets[3]}`),
    )
    await see(
      await post('/v1/chat/completions', user.key, {
        model: 'x',
        messages: [{ role: 'user', content: 5, [secrets[3] ?? '']: 1 }],
      }),
    )
    await see(
      await post('/v1/config/update', MASTER_KEY, {
        apiKey: user.key,
        gcpServiceAccount: `{${secrets[3]}`,
      }),
    )
    await see(
      await post('/v1/config/update', MASTER_KEY, {
        apiKey: user.key,
        gcpServiceAccount: {
          type: 'service_account',
          client_email: 'x@y',
          project_id: 'p-1',
          private_key: secrets[4],
        },
      }),
    )
    await see(await post('/v1/config/update', 'not-the-master-key-at-all', { apiKey: user.key }))
    await see(await fetchPollux('/v1/models', { headers: { authorization: `Bearer ${user.key}` } }))
    await see(
      await fetchPollux('/debug/stats', { headers: { authorization: `Bearer ${MASTER_KEY}` } }),
    )
    await see(
      await fetchPollux(`/debug/stats?user=${user.userId}`, {
        headers: { authorization: `Bearer ${MASTER_KEY}` },
      }),
    )
    secrets.push(env.API_KEY_SECRET)
    // The two answers that show a new key are not checked. Everything after them is.
    for (let count = 0; count < 2; count++) {
      const replaced = await post(`/v1/config/users/${user.userId}/key`, MASTER_KEY, {})
      const { apiKey } = await replaced.json<{ apiKey: string }>()
      secrets.push(apiKey, apiKey.slice(13, -20), apiKey.slice(-20))
      const own = { headers: { authorization: `Bearer ${apiKey}` } }
      await see(await fetchPollux('/v1/key', own))
      await see(await fetchPollux('/v1/models', own))
      await see(await chat(`${apiKey.slice(0, -1)}-`, { messages }))
      await see(await post('/v1/config/users', MASTER_KEY, { apiKey }))
      await see(await post('/v1/config/rotate', MASTER_KEY, { apiKey }))
    }
    for (const path of ['', `/${user.userId}`, `/${user.userId}/export`]) {
      const headers = { authorization: `Bearer ${MASTER_KEY}` }
      await see(await fetchPollux(`/v1/config/users${path}`, { headers }))
    }
    await settledStats(user)
    await see(
      await fetchPollux('/debug/stats', { headers: { authorization: `Bearer ${user.key}` } }),
    )

    const object = env.USERS.getByName(user.userId)
    await runDurableObjectAlarm(object)
    const { keys } = await env.SNAPSHOTS.list()
    const snapshots = await Promise.all(
      keys.map(async ({ name }) => `${name} ${await env.SNAPSHOTS.get(name)}`),
    )
    const rows = await runInDurableObject(object, (_instance, state) => {
      const { sql } = state.storage
      const tables = sql
        .exec<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
        )
        .toArray()
      return tables.map(({ name }) => JSON.stringify(sql.exec(`SELECT * FROM ${name}`).toArray()))
    })

    const places = {
      logs: written,
      answers: seen,
      snapshots,
      rows,
      ids: [object.id.name ?? '', String(object.id)],
    }
    expect(written.length).toBeGreaterThan(20)
    expect(rows.join()).toContain('sealed')
    for (const secret of [...secrets, PROMPT, 'ya29.']) {
      expect(secret.length).toBeGreaterThan(4)
      for (const [place, texts] of Object.entries(places)) {
        const found = texts.filter((text) => text.includes(secret))
        expect(found, `${secret} in ${place}`).toEqual([])
      }
    }
  })
})

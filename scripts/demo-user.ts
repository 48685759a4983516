import { createHash } from 'node:crypto'
import type { DemoCredentials } from './demo-credentials.ts'

interface Keys {
  readonly MASTER_API_KEY: string
  readonly USER_API_KEY: string
}

/** A second user, with limits, so that the page shows more than one. If it exists already, it is not changed. */
export async function configureLimitedUser(
  url: string,
  { MASTER_API_KEY: master, USER_API_KEY: demo }: Keys,
  { apiKey }: DemoCredentials,
): Promise<void> {
  const key = `demo-${createHash('sha256').update(`limited ${demo}`).digest('base64url')}`
  const headers = { authorization: `Bearer ${master}`, 'content-type': 'application/json' }
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${url}/v1/config/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const limits = { requests_per_minute: 10, tokens_per_day: 100_000, usd_per_day: 0.5 }
  const made = await post('users', { apiKey: key, label: 'Demo, with limits', limits })
  if (made.ok)
    await post('update', { apiKey: key, gcpServiceAccount: apiKey, label: 'demo: Gemini API key' })
}

/** Makes the demo user with its three credentials. A user or a credential that is there already is updated in place. */
export async function configureDemoUser(
  url: string,
  keys: Keys,
  credentials: DemoCredentials,
): Promise<void> {
  const made = await fetch(`${url}/v1/config/users`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keys.MASTER_API_KEY}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ apiKey: keys.USER_API_KEY, label: 'Demo' }),
  })
  await made.body?.cancel()
  const ring = [
    { label: 'demo: Gemini API key', gcpServiceAccount: credentials.apiKey },
    { label: 'demo: Vertex service account', gcpServiceAccount: credentials.serviceAccount },
    { label: 'demo: Code Assist user', gcpServiceAccount: credentials.authorizedUser },
  ]
  for (const entry of ring) {
    const answer = await fetch(`${url}/v1/config/update`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys.MASTER_API_KEY}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ apiKey: keys.USER_API_KEY, ...entry }),
    })
    const text = await answer.text()
    if (!answer.ok) {
      throw new Error(`The demo user could not be configured: ${answer.status} ${text}`)
    }
  }
}

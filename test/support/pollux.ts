/** Pollux as its users see it, for tests that run in workerd: real objects, real KV, Google on loopback. */
import { env, exports } from 'cloudflare:workers'
import { createEmulatorClient, type Minted } from '../../emulator/client.ts'
import type { Admin } from '../../src/objects/audit/audit.ts'
import type { Stats } from '../../src/wire/stats.ts'

export const MASTER_KEY = env.MASTER_API_KEY
export const MODEL = 'gemini-2.5-flash'

export const google = createEmulatorClient(env.EMULATOR_URL)

type Kind = 'api_key' | 'authorized_user' | 'service_account'

export interface User {
  readonly key: string
  readonly userId: string
  /** In ring order: the credential's id in Pollux and its handle in the emulator. */
  readonly credentials: readonly { readonly id: string; readonly handle: string }[]
}

/** The admin whom the audit names if a test calls the object directly. */
export function anAdmin(): Admin {
  const requestId = `req_${crypto.randomUUID()}`
  return { requestId, operation: requestId }
}

/** Sends a request to the Worker, as a client over HTTP would. */
export function fetchPollux(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(new Request(`http://pollux.test${path}`, init))
}

export function post(
  path: string,
  key: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Response> {
  return fetchPollux(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })
}

/** An admin act: `path` is what follows `/v1/config/`. */
export function admin(method: string, path: string, body?: unknown): Promise<Response> {
  return fetchPollux(`/v1/config/${path}`, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

/** Changes settings of a user, and throws if that is refused. A test of refusals calls `admin` itself. */
export async function configure({ userId }: Pick<User, 'userId'>, change: object): Promise<void> {
  const answer = await admin('PATCH', `users/${userId}`, change)
  if (!answer.ok) throw new Error(await answer.text())
}

/** A user with new credentials of these kinds, configured through the admin API. */
export async function givenUser(kinds: readonly Kind[] = ['api_key']): Promise<User> {
  const key = `key-${crypto.randomUUID()}`
  const credentials: { id: string; handle: string }[] = []
  let userId = ''
  for (const kind of kinds) {
    const { credential, handle } = await registered(kind)
    const answer = await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
    })
    if (!answer.ok) throw new Error(await answer.text())
    const body = await answer.json<{ user: string; credential: { id: string } }>()
    userId = body.user
    credentials.push({ id: body.credential.id, handle })
  }
  return { key, userId, credentials }
}

export function registered(kind: Kind): Promise<Minted<object>> {
  switch (kind) {
    case 'api_key':
      return google.registerApiKey()
    case 'authorized_user':
      return google.registerAuthorizedUser({ persona: 'licensed', project: 'licensed-project' })
    case 'service_account':
      return google.registerServiceAccount({ project: 'vertex-project' })
  }
}

export function chatBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: MODEL, messages: [{ role: 'user', content: 'Hello there' }], ...overrides }
}

export function chat(
  key: string,
  overrides: Record<string, unknown> = {},
  init: RequestInit = {},
): Promise<Response> {
  return post('/v1/chat/completions', key, chatBody(overrides), init)
}

export async function statsOf(user: User): Promise<Stats> {
  const answer = await fetchPollux('/debug/stats', {
    headers: { authorization: `Bearer ${user.key}` },
  })
  return answer.json<Stats>()
}

/** The stats once every settlement has arrived: settlements are sent after the answer. */
export async function settledStats(
  user: User,
  until: (stats: Stats) => boolean = noneOpen,
): Promise<Stats> {
  const deadline = Date.now() + 5000
  for (;;) {
    const stats = await statsOf(user)
    if (until(stats)) return stats
    if (Date.now() > deadline) throw new Error(`not settled: ${JSON.stringify(stats, null, 1)}`)
    await scheduler.wait(10)
  }
}

function noneOpen(stats: Stats): boolean {
  return stats.ledger.open === 0
}

export interface ErrorBody {
  readonly error: { message: string; type: string; code: string | null; param: string | null }
}

/** The generation calls that reached Google with this credential. */
export async function callsOf(handle: string): Promise<Awaited<ReturnType<typeof google.calls>>> {
  const calls = await google.calls({ credential: handle })
  return calls.filter(({ method }) => /generateContent$/i.test(method))
}

/** The JSON payloads of an SSE text, `[DONE]` left out. */
export function framesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n\n')
    .map((frame) => frame.replace(/^event: error\n/, ''))
    .filter((frame) => frame.startsWith('data: ') && frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.slice(6)) as Record<string, unknown>)
}

/** The text of a streamed answer. */
export function textOf(stream: string): string {
  type Chunk = { choices?: { delta?: { content?: string } }[] }
  return framesOf(stream)
    .map((frame) => (frame as Chunk).choices?.[0]?.delta?.content ?? '')
    .join('')
}

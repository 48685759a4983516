/** A case of the replay: a ring, what Google answers, and requests whose answers are compared with the recording. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import type { Reply } from '../../../emulator/protocol.ts'
import worker from '../../../src/worker.ts'
import {
  chatBody,
  configure,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  type User,
} from '../../support/pollux.ts'
import { written } from './written.ts'

type Kind = 'api_key' | 'authorized_user' | 'service_account'

export const UPSTREAMS = ['api_key', 'service_account', 'authorized_user'] as const satisfies Kind[]

/**
 * What Google answers, in this order, each once. `by`: index of the credential that is asked; `times`: how often, 0
 * for always.
 */
export type Scripted = Reply & {
  readonly by?: number
  readonly times?: number
  readonly method?: string
}

export interface Setup {
  readonly ring?: readonly Kind[]
  readonly settings?: object
  readonly google?: readonly Scripted[]
  /** Variables of another operator. */
  readonly vars?: Readonly<Record<string, string | undefined>>
  /** The choices of a stream arrive in any order, so their frames are sorted by choice. */
  readonly interleaved?: boolean
  /**
   * The number of keep-alive comments depends on time. With this set they are recorded, several as one; otherwise
   * they are left out.
   */
  readonly keepAlives?: boolean
  /** A limit of the minute is involved, so the wait depends on when the case runs. */
  readonly ofMinute?: boolean
}

/** In paths, headers and bodies, `{user}`, `{key}` and `{credential 1}` stand for those of the case. */
export interface Ask {
  readonly method?: string
  readonly path?: string
  /** Whose key is sent; null for none. */
  readonly as?: 'user' | 'admin' | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly form?: Readonly<Record<string, string | File>>
}

export interface Scene {
  readonly user: User
  /** The ids seen so far, by kind. */
  readonly numbers: Map<string, string[]>
  readonly ofMinute?: boolean
}

/** How Google's bytes may be cut, and by which upstream. The client must always get the same. */
const CUTS = [
  ['api_key', { newline: 'lf', split: 5 }],
  ['authorized_user', { newline: 'crlf', split: 'all' }],
  ['service_account', { newline: 'cr', split: 7, comments: true }],
  ['authorized_user', { newline: 'crlf', split: 11, missingFinalNewline: true }],
] as const

export function recorded(name: string, setup: Setup, ...asks: readonly Ask[]): void {
  it(`${name}`, { timeout: 30_000 }, async () => {
    expect(await played(setup, asks)).toMatchSnapshot()
  })
}

/** Plays the case on a ring of each kind of credential. Equal answers are recorded once. */
export function recordedOnEach(name: string, setup: Setup, ...asks: readonly Ask[]): void {
  it(`${name}`, { timeout: 30_000 }, async () => {
    expect(grouped(await playedOnEach(setup, asks))).toMatchSnapshot()
  })
}

/** The same, and again with Google's stream cut at odd places. */
export function recordedHoweverSplit(name: string, setup: Setup, ...asks: readonly Ask[]): void {
  it(`${name}`, { timeout: 30_000 }, async () => {
    const whole = await playedOnEach(setup, asks)
    const { google: replies = [{}] } = setup
    const cut = await Promise.all(
      CUTS.map(async ([kind, sse]) => {
        const ring = ringOf(setup, kind)
        const google = replies.map((reply) => ({ ...reply, sse }))
        return [kind, sse, await played({ ...setup, ring, google }, asks)]
      }),
    )
    expect(cut).toEqual(CUTS.map(([kind, sse]) => [kind, sse, whole.get(kind)]))
    expect(grouped(whole)).toMatchSnapshot()
  })
}

async function playedOnEach(
  setup: Setup,
  asks: readonly Ask[],
): Promise<ReadonlyMap<Kind, string>> {
  const told = UPSTREAMS.map(async (kind) => {
    return [kind, await played({ ...setup, ring: ringOf(setup, kind) }, asks)] as const
  })
  return new Map(await Promise.all(told))
}

function ringOf({ ring = ['api_key'] }: Setup, kind: Kind): readonly Kind[] {
  return ring.map(() => kind)
}

function grouped(told: ReadonlyMap<Kind, string>): string {
  const same = Map.groupBy(told, ([, text]) => text)
  return [...same]
    .map(([text, kinds]) => `With ${kinds.map(([kind]) => kind).join(', ')}:\n${text}`)
    .join('\n\n')
}

/** Named requests that leave nothing behind, such as refused ones, so one user is enough for all. */
export function recordedEach(
  name: string,
  setup: Setup,
  asks: Readonly<Record<string, Ask>>,
): void {
  it(`${name}`, { timeout: 30_000 }, async () => {
    const { user } = await staged(setup)
    for (const [hint, ask] of Object.entries(asks)) {
      expect.soft(await told(ask, setup, { user, numbers: new Map() })).toMatchSnapshot(hint)
    }
  })
}

async function played(setup: Setup, asks: readonly Ask[]): Promise<string> {
  const scene = await staged(setup)
  const answers: string[] = []
  for (const ask of asks) answers.push(await told(ask, setup, scene))
  return answers.join('\n')
}

async function told(ask: Ask, setup: Setup, scene: Scene): Promise<string> {
  const ctx = createExecutionContext()
  const answer = await sent(ask, { ...setup, ctx }, scene)
  const text = streamed(
    await written(answer, { ...scene, ofMinute: setup.ofMinute ?? false }),
    setup,
  )
  if (setup.vars !== undefined) await waitOnExecutionContext(ctx)
  if (answer.status < 400 || answer.headers.has('x-pollux-attempts')) await settled(scene)
  return `${titleOf(ask)}\n${text}`
}

async function staged({
  ring = ['api_key'],
  settings,
  google: replies = [],
}: Setup): Promise<Scene> {
  const user = await givenUser(ring)
  if (settings !== undefined) await configure(user, settings)
  for (const { by = 0, times = 1, method, ...reply } of replies) {
    const credential = user.credentials[by]?.handle ?? ''
    await google.script({ credential, times, reply, ...(method !== undefined && { method }) })
  }
  return { user, numbers: new Map() }
}

/** Settlements are sent after the answer. The next request must find what this one left. */
async function settled({ user }: Scene): Promise<void> {
  const headers = { authorization: `Bearer ${user.key}` }
  for (let look = 0; look < 200; look++) {
    const answer = await fetchPollux('/debug/stats', { headers })
    const { ledger } = await answer.json<{ ledger?: { open: number } }>()
    if (ledger === undefined || ledger.open === 0) return
    await scheduler.wait(5)
  }
}

const CHAT = '/v1/chat/completions'

function titleOf({ method, path = CHAT, body, form }: Ask): string {
  return `${method ?? (path === CHAT || body !== undefined || form !== undefined ? 'POST' : 'GET')} ${path}`
}

function sent(
  ask: Ask,
  { vars, ctx }: Setup & { readonly ctx: ExecutionContext },
  { user }: Scene,
): Promise<Response> {
  const [method = 'GET'] = titleOf(ask).split(' ')
  const { path = CHAT, as = path.includes('/config/') ? 'admin' : 'user' } = ask
  const key = as === 'admin' ? MASTER_KEY : user.key
  const headers = new Headers(as === null ? {} : { authorization: `Bearer ${key}` })
  for (const [name, value] of Object.entries(ask.headers ?? {}))
    headers.set(name, filled(value, user))
  const init = { method, headers, ...bodyOf(ask, user) }
  if (vars === undefined) return fetchPollux(filled(path, user), init)
  const request = new Request(`http://pollux.test${filled(path, user)}`, init)
  return worker.fetch(request as never, { ...env, ...vars } as Env, ctx)
}

function bodyOf({ body, form, path = CHAT, method = 'POST' }: Ask, user: User): RequestInit {
  if (form !== undefined) {
    const data = new FormData()
    for (const [name, value] of Object.entries(form)) data.append(name, value)
    return { body: data }
  }
  if (body instanceof Uint8Array) return { body: body as Uint8Array<ArrayBuffer> }
  if (typeof body === 'string') return { body: filled(body, user) }
  if (path === CHAT && method === 'POST') {
    return { body: filled(JSON.stringify(chatBody(body as Record<string, unknown>)), user) }
  }
  return body === undefined ? {} : { body: filled(JSON.stringify(body), user) }
}

function filled(text: string, { key, userId, credentials }: User): string {
  return text
    .replaceAll('{key}', key)
    .replaceAll('{user}', userId)
    .replaceAll(/\{credential (\d)\}/g, (_, at) => credentials[Number(at) - 1]?.id ?? '')
}

function streamed(text: string, { interleaved = false, keepAlives = false }: Setup): string {
  const calm = text.replace(/(?:> : keep-alive\n> \n)+/g, keepAlives ? '> : keep-alive\n> \n' : '')
  return interleaved ? inOrder(calm) : calm
}

/** Frames of one choice keep their order. Frames that belong to no choice stay behind them. */
function inOrder(text: string): string {
  const [head = '', ...frames] = text.split('> data: ')
  const choiceOf = (frame: string): string => /"choices":\[\{"index":(\d)/.exec(frame)?.[1] ?? '9'
  return [
    head,
    ...frames.toSorted((one, other) => choiceOf(one).localeCompare(choiceOf(other))),
  ].join('> data: ')
}

/** Google and Pollux as `npm start` runs them, without the demo user: a real workerd on a real port. */
import { randomInt, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createEmulatorClient, type EmulatorClient } from '../../../emulator/client.ts'
import type { CallRecord, Reply } from '../../../emulator/protocol.ts'
import { startEmulator } from '../../../emulator/server.ts'
import { ensureDevVars } from '../../../scripts/dev-vars.ts'
import { freePort } from '../../../scripts/ports.ts'
import { type RunningWorker, startWorker } from '../../../scripts/worker.ts'
import { makeCheckout } from './checkout.ts'
import { eventually } from './eventually.ts'
import type { Stats } from './stats.ts'

export type Kind = 'api_key' | 'authorized_user' | 'service_account'

export interface User {
  readonly key: string
  /** In ring order: the credential's id in Pollux and its handle in the emulator. */
  readonly credentials: readonly { readonly id: string; readonly handle: string }[]
}

export class Pollux implements AsyncDisposable {
  readonly #checkout = makeCheckout()
  readonly google: EmulatorClient
  readonly #devVars = join(this.#checkout, '.dev.vars')
  readonly #keys = ensureDevVars(this.#devVars)
  readonly #closeGoogle: () => Promise<void>
  readonly #vars: Readonly<Record<string, string>>
  #worker: RunningWorker | null = null

  /** `vars` as in wrangler.toml. */
  static async start(vars: Readonly<Record<string, string>> = {}): Promise<Pollux> {
    const google = await startEmulator()
    const pollux = new Pollux(google.url, () => google.close(), vars)
    await pollux.startWorker()
    return pollux
  }

  private constructor(
    googleUrl: string,
    closeGoogle: () => Promise<void>,
    vars: Readonly<Record<string, string>>,
  ) {
    this.google = createEmulatorClient(googleUrl)
    this.#closeGoogle = closeGoogle
    this.#vars = vars
  }

  get url(): string {
    return this.#running().url
  }

  /** Starts on the state that the last one left. */
  async startWorker(): Promise<void> {
    const { url } = this.google
    this.#worker = startWorker({
      root: this.#checkout,
      port: await freePort(randomInt(20_000, 30_000)),
      state: join(this.#checkout, '.wrangler', 'state'),
      devVars: this.#devVars,
      secrets: this.#keys,
      vars: {
        GOOGLE_TOKEN_URL: `${url}/token`,
        CODE_ASSIST_BASE_URL: url,
        VERTEX_BASE_URL: url,
        GEMINI_API_BASE_URL: url,
        ...this.#vars,
      },
      onLine: () => undefined,
    })
    await this.#worker.ready
  }

  /** `kill -9` for both wrangler and workerd. */
  async crash(): Promise<void> {
    const worker = this.#running()
    worker.kill()
    await worker.ended
  }

  /** `settings` as an admin sets them. */
  async givenUser(
    kinds: readonly Kind[] = ['api_key'],
    settings: object | null = null,
  ): Promise<User> {
    const key = `key-${randomUUID()}`
    let id = ''
    const credentials: { id: string; handle: string }[] = []
    for (const kind of kinds) {
      const { credential, handle } = await this.#register(kind)
      const answer = await fetch(`${this.url}/v1/config/update`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#keys.MASTER_API_KEY}` },
        body: JSON.stringify({ apiKey: key, gcpServiceAccount: credential }),
      })
      if (!answer.ok) throw new Error(await answer.text())
      const body = (await answer.json()) as { user: string; credential: { id: string } }
      id = body.user
      credentials.push({ id: body.credential.id, handle })
    }
    if (settings !== null) await this.#configure(id, settings)
    return { key, credentials }
  }

  async #configure(id: string, settings: object): Promise<void> {
    const answer = await fetch(`${this.url}/v1/config/users/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${this.#keys.MASTER_API_KEY}` },
      body: JSON.stringify(settings),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }

  /** What Google answers to the next `times` calls with a credential of the user; `times: 0` means all. */
  script(user: User, reply: Reply, { times = 1, at = 0 } = {}): Promise<number> {
    return this.google.script({ credential: user.credentials[at]?.handle ?? '', times, reply })
  }

  /** The generation calls with a credential of the user. */
  async callsTo(user: User, at = 0): Promise<readonly CallRecord[]> {
    const calls = await this.google.calls({ credential: user.credentials[at]?.handle ?? '' })
    return calls.filter(({ method }) => /generateContent$/i.test(method))
  }

  async stats({ key }: User): Promise<Stats> {
    const answer = await fetch(`${this.url}/debug/stats`, {
      headers: { authorization: `Bearer ${key}` },
    })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as Stats
  }

  /** The stats once no lease is open any more: settlements are sent after the answer. */
  settledStats(user: User): Promise<Stats> {
    return eventually(
      () => this.stats(user),
      ({ ledger }) => ledger.open === 0,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.stop()
    await this.#closeGoogle()
    rmSync(this.#checkout, { recursive: true, force: true })
  }

  #register(kind: Kind) {
    switch (kind) {
      case 'api_key':
        return this.google.registerApiKey()
      case 'authorized_user':
        return this.google.registerAuthorizedUser({ persona: 'licensed', project: 'licensed' })
      case 'service_account':
        return this.google.registerServiceAccount()
    }
  }

  #running(): RunningWorker {
    if (this.#worker === null) throw new Error('the Worker was not started')
    return this.#worker
  }
}

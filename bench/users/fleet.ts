/** One workerd with Pollux and its users, in a folder that outlives it. */
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollux } from '../subjects.ts'
import { startWorkerd, type Workerd, type WorkerSpec } from '../workerd.ts'

export class Fleet implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pollux-users-'))
  readonly #workers: readonly WorkerSpec[]
  readonly #masterKey: string
  #workerd: Workerd | null = null

  constructor(upstreamPort: number) {
    const worker = { ...pollux(upstreamPort), keys: { SNAPSHOTS: 'keys' } }
    const source = readFileSync(join(import.meta.dirname, 'keys.ts'), 'utf8')
    const keys = { name: 'keys', code: stripTypeScriptTypes(source), objects: { KEYS: 'Keys' } }
    this.#workers = [worker, keys]
    this.#masterKey = worker.vars?.['MASTER_API_KEY'] ?? ''
  }

  async start(): Promise<void> {
    this.#workerd = await startWorkerd(this.#folder, this.#workers, ['pollux', 'keys'])
  }

  async stop(): Promise<void> {
    await this.#workerd?.stop()
    this.#workerd = null
  }

  /** Acts as if Cloudflare had lost every object: only KV is left. */
  loseObjects(): void {
    rmSync(this.storageOf('UserObject'), { recursive: true, force: true })
    rmSync(this.storageOf('DirectoryObject'), { recursive: true, force: true })
  }

  storageOf(type: string): string {
    return join(this.#folder, 'objects', `pollux-${type}`)
  }

  get pid(): number {
    return this.#running.pid
  }

  /** An admin act; with `user`, a request of the user with that number. */
  async ask<T>(path: string, body?: object, user?: number): Promise<T> {
    const key = user === undefined ? this.#masterKey : keyOf(user)
    const answer = await fetch(`http://127.0.0.1:${this.#running.ports['pollux']}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async keysKept(): Promise<{ readonly keys: number; readonly bytes: number }> {
    const answer = await fetch(`http://127.0.0.1:${this.#running.ports['keys']}/size`)
    return (await answer.json()) as { keys: number; bytes: number }
  }

  get #running(): Workerd {
    if (this.#workerd === null) throw new Error('workerd does not run.')
    return this.#workerd
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The API key of the user with this number, as an admin might choose it. */
export function keyOf(user: number): string {
  return `bench-user-${String(user).padStart(8, '0')}`
}

export function idOf(user: number): string {
  return hash('sha256', keyOf(user))
}

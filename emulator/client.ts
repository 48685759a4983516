/**
 * The control plane's client, for tests. It uses only `fetch` and WebCrypto, so that it runs in workerd as well as in
 * Node.
 */
import type {
  BatchState,
  CallFilter,
  CallRecord,
  CredentialInput,
  FileState,
  Persona,
  RegisteredCredential,
  ScriptInput,
} from './protocol.ts'
import { base64, randomId } from './random.ts'

const POLL_MS = 10
const DEFAULT_TIMEOUT_MS = 5_000
/** How many calls waitForCall looks back. */
const WATCHED_CALLS = 500

export interface ApiKeyJson {
  type: 'api_key'
  api_key: string
}

export interface AuthorizedUserJson {
  type: 'authorized_user'
  client_id: string
  client_secret: string
  refresh_token: string
  quota_project_id?: string
}

export interface ServiceAccountJson {
  type: 'service_account'
  project_id: string
  private_key_id: string
  private_key: string
  client_email: string
  client_id: string
  token_uri: string
}

/** `credential` is what an admin posts to the gateway; `handle` is its name in scripts and calls. */
export interface Minted<Json> {
  credential: Json
  handle: string
}

export interface EmulatorClient {
  readonly url: string
  register(input: CredentialInput): Promise<string>
  registerApiKey(options?: { project?: string }): Promise<Minted<ApiKeyJson>>
  registerAuthorizedUser(options?: {
    persona?: Persona
    project?: string
  }): Promise<Minted<AuthorizedUserJson>>
  registerServiceAccount(options?: { project?: string }): Promise<Minted<ServiceAccountJson>>
  credentials(): Promise<RegisteredCredential[]>
  /** Makes Google forget the credential, as if the user had revoked it. */
  removeCredential(handle: string): Promise<boolean>
  script(script: ScriptInput): Promise<number>
  scripts(): Promise<(ScriptInput & { id: number })[]>
  /**
   * Removes the scripts for one credential. Without an argument it removes all, also those of others who use the
   * emulator at the same time.
   */
  clearScripts(credential?: string): Promise<void>
  calls(filter?: CallFilter): Promise<CallRecord[]>
  clearCalls(): Promise<void>
  /** The first call that satisfies the predicate. Polls until the timeout, then throws. */
  waitForCall(predicate: (call: CallRecord) => boolean, timeoutMs?: number): Promise<CallRecord>
  /** Ends the credential's access tokens, and returns how many there were. */
  expireTokens(handle: string): Promise<number>
  /** Lets the calls go on that a script holds under this name, and returns how many there were. */
  release(hold: string): Promise<number>
  setFileState(name: string, state: FileState): Promise<void>
  /** A batch that is moved to success has its answers from then on. */
  setBatchState(name: string, state: BatchState): Promise<void>
  /** Makes a file, a cache, a batch or an interaction expire now. */
  expire(name: string): Promise<void>
  /** Whether credentials that nobody registered are unknown (`strict`) or accepted. */
  setCredentials(credentials: 'strict' | 'any'): Promise<void>
  reset(): Promise<void>
}

export function createEmulatorClient(url: string): EmulatorClient {
  const origin = url.replace(/\/$/, '')
  // One pair for each client, since RSA keys are slow to make.
  let keyPair: Promise<KeyPairPem> | undefined

  async function call<Result>(verb: string, path: string, body?: unknown): Promise<Result> {
    const response = await fetch(`${origin}/__emulator/${path}`, {
      method: verb,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`emulator: ${verb} ${path}: ${text}`)
    return JSON.parse(text) as Result
  }

  async function register(input: CredentialInput): Promise<string> {
    const { credential } = await call<{ credential: string }>('POST', 'credentials', input)
    return credential
  }

  async function calls(filter: CallFilter = {}): Promise<CallRecord[]> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(filter)) query.set(name, String(value))
    return (await call<{ calls: CallRecord[] }>('GET', `calls?${query.toString()}`)).calls
  }

  return {
    url: origin,
    register,
    calls,

    async registerApiKey(options = {}) {
      const credential: ApiKeyJson = { type: 'api_key', api_key: `AIzaSy${randomId(24)}` }
      return { credential, handle: await register({ ...credential, ...options }) }
    },

    async registerAuthorizedUser({ persona, project } = {}) {
      const credential: AuthorizedUserJson = {
        type: 'authorized_user',
        client_id: `${randomId()}.apps.googleusercontent.com`,
        client_secret: `GOCSPX-${randomId(18)}`,
        refresh_token: `1//0${randomId(36)}`,
        ...(project === undefined ? {} : { quota_project_id: project }),
      }
      const { quota_project_id: _, ...registered } = credential
      const handle = await register({
        ...registered,
        ...(persona === undefined ? {} : { persona }),
        ...(project === undefined ? {} : { project }),
      })
      return { credential, handle }
    },

    async registerServiceAccount({ project = `project-${crypto.randomUUID().slice(0, 8)}` } = {}) {
      keyPair ??= generateKeyPair()
      const { privatePem, publicPem } = await keyPair
      const credential: ServiceAccountJson = {
        type: 'service_account',
        project_id: project,
        private_key_id: randomId(20),
        private_key: privatePem,
        client_email: `bot-${randomId(6).toLowerCase()}@${project}.iam.gserviceaccount.com`,
        client_id: '100000000000000000000',
        token_uri: `${origin}/token`,
      }
      const handle = await register({
        type: 'service_account',
        client_email: credential.client_email,
        private_key_id: credential.private_key_id,
        public_key_pem: publicPem,
        project,
      })
      return { credential, handle }
    },

    async credentials() {
      type Listed = { credentials: RegisteredCredential[] }
      return (await call<Listed>('GET', 'credentials')).credentials
    },

    async removeCredential(handle) {
      const path = `credentials?credential=${encodeURIComponent(handle)}`
      return (await call<{ removed: boolean }>('DELETE', path)).removed
    },

    async script(script) {
      return (await call<{ id: number }>('POST', 'scripts', script)).id
    },

    async scripts() {
      type Listed = { scripts: (ScriptInput & { id: number })[] }
      return (await call<Listed>('GET', 'scripts')).scripts
    },

    async clearScripts(credential) {
      const of = credential === undefined ? '' : `?credential=${encodeURIComponent(credential)}`
      await call('DELETE', `scripts${of}`)
    },

    async clearCalls() {
      await call('DELETE', 'calls')
    },

    async waitForCall(predicate, timeoutMs = DEFAULT_TIMEOUT_MS) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const recorded = await calls({ limit: WATCHED_CALLS })
        const found = recorded.find(predicate)
        if (found) return found
        if (Date.now() > deadline) {
          const seen = recorded.slice(-10).map(({ method, status, aborted, finished }) => ({
            method,
            status,
            aborted,
            finished,
          }))
          throw new Error(`no such call within ${timeoutMs} ms; last: ${JSON.stringify(seen)}`)
        }
        await new Promise<void>((resolve) => {
          setTimeout(resolve, POLL_MS)
        })
      }
    },

    async expireTokens(handle) {
      const body = { credential: handle }
      return (await call<{ expired: number }>('POST', 'tokens/expire', body)).expired
    },

    async release(hold) {
      return (await call<{ released: number }>('POST', 'release', { hold })).released
    },

    async setFileState(name, state) {
      await call('POST', 'files/state', { name, state })
    },

    async setBatchState(name, state) {
      await call('POST', 'batches/state', { name, state })
    },

    async expire(name) {
      await call('POST', 'expire', { name })
    },

    async setCredentials(credentials) {
      await call('POST', 'settings', { credentials })
    },

    async reset() {
      await call('POST', 'reset')
    },
  }
}

interface KeyPairPem {
  privatePem: string
  publicPem: string
}

async function generateKeyPair(): Promise<KeyPairPem> {
  const pair = await crypto.subtle.generateKey(
    {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    },
    true,
    ['sign', 'verify'],
  )
  // By Workers' types the result may be a key or a pair. For RSA it is always a pair.
  const { privateKey, publicKey } = pair as CryptoKeyPair
  return {
    privatePem: pem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', privateKey)),
    publicPem: pem('PUBLIC KEY', await crypto.subtle.exportKey('spki', publicKey)),
  }
}

/** By Workers' types every format returns a buffer or a JWK. */
function pem(label: string, exported: unknown): string {
  if (!(exported instanceof ArrayBuffer)) throw new Error(`no ${label} to export`)
  const lines = base64(new Uint8Array(exported)).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

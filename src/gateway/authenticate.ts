import { sha256, sha256Hex } from '../bytes/sha256.ts'
import { hasMintedForm, mintedFor } from './minted-key.ts'

/**
 * Who is calling. A key is compared by its SHA-256 and never stored, logged or repeated; only the memory of an isolate holds
 * the last few.
 * A key is here only turned into the id that names the user's object. Whether the key is valid, that object says.
 */
export interface KeyHolder {
  /** The user whom the key names. A minted key contains the id; for a chosen key the id is its digest. */
  readonly userId: string
  /** The SHA-256 of the key, in hex; tells which of the user's keys it is. */
  readonly keyDigest: string
}

/** What the keys that came with a request say. Nearly always there is only one key. */
export interface Caller {
  /** In the order in which they came, including the master key, without forged ones. */
  readonly holders: readonly KeyHolder[]
  /** Which of them is the master key. */
  readonly master: KeyHolder | null
  /** How many look like minted keys and are not. */
  readonly forged: number
}

/** Values from templates and tutorials; a gateway with such a master key would be open to whoever reads them. */
const TEMPLATES = new Set([
  'changeme',
  'change-me',
  'change_me',
  'secret',
  'password',
  'master',
  'masterkey',
  'master-key',
  'master_key',
  'test',
  'admin',
  'your-master-key',
  'your_master_key',
  'your-master-api-key',
  'your_master_api_key',
  'your-master-api-key-here',
  'replace-me',
  'sk-master',
  'sk-1234',
  'sk-123456',
  'undefined',
  'null',
  'xxx',
])
/** Shorter can be guessed; `npm start` makes one of 40 characters. */
const MIN_MASTER_KEY_CHARS = 16

/** Why admin acts are refused; null if a usable master key is configured. */
export function masterKeyProblem(masterKey: string | undefined): string | null {
  const key = (masterKey ?? '').trim()
  if (key === '') return 'MASTER_API_KEY is not configured'
  if (TEMPLATES.has(key.toLowerCase()) || /^<.*>$|^\$\{.*\}$/.test(key)) {
    return 'MASTER_API_KEY still has a template value'
  }
  if (key.length < MIN_MASTER_KEY_CHARS) {
    return `MASTER_API_KEY is shorter than ${MIN_MASTER_KEY_CHARS} characters`
  }
  if (hasMintedForm(key)) return "MASTER_API_KEY has the form of a user's key"
  return null
}

/**
 * Reads the keys from `Authorization: Bearer`, `x-api-key` and `x-goog-api-key`. If several are sent, any of them may
 * be the right one (docs/clients.md: Keys). `inQuery`: the key in the address, on paths that allow one. Null if there
 * is no key.
 */
export async function authenticate(
  headers: Headers,
  env: Env,
  inQuery: string | null = null,
): Promise<Caller | null> {
  const keys = presentedKeys(headers, inQuery)
  const [only] = keys
  if (only === undefined) return null
  if (keys.length === 1) return callerWith(only, env)
  const callers = await Promise.all(keys.map(async (key) => callerWith(key, env)))
  return {
    holders: callers.flatMap(({ holders }) => holders),
    master: callers.find(({ master }) => master !== null)?.master ?? null,
    forged: callers.reduce((sum, { forged }) => sum + forged, 0),
  }
}

/** Null for a key that is forged. */
export async function holderOf(key: string, env: Env): Promise<KeyHolder | null> {
  const { holders } = await callerWith(key, env)
  return holders[0] ?? null
}

// Avoids hashing the same key for every request: the results for the last keys are kept, beside the `env` from whose
// secrets they follow. Whether a key is still valid is asked each time all the same.
const lastCallers = new WeakMap<object, Map<string, Caller>>()
const MAX_LAST_KEYS = 200
/** A minted key has 109 characters. Longer ones are hashed each time: anybody may send them, and they would fill the memory. */
const MAX_KEPT_CHARS = 256

const FORGED: Caller = { holders: [], master: null, forged: 1 }

function callerWith(key: string, env: Env): Caller | Promise<Caller> {
  return lastCallers.get(env)?.get(key) ?? readCaller(key, env)
}

async function readCaller(key: string, env: Env): Promise<Caller> {
  const holder = await readHolder(key, env)
  if (holder === null) return FORGED
  const isMaster = await isMasterKey(holder, env)
  const caller: Caller = { holders: [holder], master: isMaster ? holder : null, forged: 0 }
  if (key.length > MAX_KEPT_CHARS) return caller
  const callers = lastCallers.get(env) ?? new Map<string, Caller>()
  if (callers.size >= MAX_LAST_KEYS) callers.clear()
  callers.set(key, caller)
  lastCallers.set(env, callers)
  return caller
}

async function readHolder(key: string, env: Env): Promise<KeyHolder | null> {
  const keyDigest = await digestOf(key)
  if (!hasMintedForm(key)) return { userId: keyDigest, keyDigest }
  const userId = await mintedFor(env, key)
  return userId === null ? null : { userId, keyDigest }
}

// `env` is one object for the life of an isolate, so the digest of its master key is kept beside it.
const masters = new WeakMap<object, Uint8Array | null>()

async function masterDigestIn(env: Env): Promise<Uint8Array | null> {
  const known = masters.get(env)
  if (known !== undefined) return known
  const usable = masterKeyProblem(env.MASTER_API_KEY) === null
  const digest = usable ? await sha256(env.MASTER_API_KEY.trim()) : null
  masters.set(env, digest)
  return digest
}

async function isMasterKey({ keyDigest }: KeyHolder, env: Env): Promise<boolean> {
  const master = await masterDigestIn(env)
  // Takes the same time for every wrong key, so nobody can find the key piece by piece.
  return master !== null && crypto.subtle.timingSafeEqual(Uint8Array.fromHex(keyDigest), master)
}

/** The id of the user whose key an admin chooses: the digest of the key (docs/storage.md). */
export function userIdOf(chosenKey: string): Promise<string> {
  return digestOf(chosenKey)
}

/** SHA-256 in hex. */
export async function digestOf(apiKey: string): Promise<string> {
  return sha256Hex(apiKey)
}

function presentedKeys(headers: Headers, inQuery: string | null): readonly string[] {
  const bearer = /^bearer\s+(.*)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1]
  const keys: string[] = []
  for (const sent of [bearer, headers.get('x-api-key'), headers.get('x-goog-api-key'), inQuery]) {
    const key = sent?.trim() ?? ''
    // Clients send these values for a key that was never set.
    const isNone = key === '' || key === 'undefined' || key === 'null'
    if (!isNone && !keys.includes(key)) keys.push(key)
  }
  return keys
}

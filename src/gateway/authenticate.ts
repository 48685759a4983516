/**
 * Who is calling. A key is compared by its SHA-256 and never kept, logged or repeated. Whether a user's key is known is for
 * the user's object to say: here a key is only turned into the id that names the object.
 */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'master' }
  /** Ids of the keys presented, in order; nearly always one. */
  | { readonly kind: 'user'; readonly userIds: readonly [string, ...string[]] }

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

/** Why admin acts are refused; null where a master key is configured that may be used. */
export function masterKeyProblem(masterKey: string | undefined): string | null {
  const key = (masterKey ?? '').trim()
  if (key === '') return 'MASTER_API_KEY is not configured'
  if (TEMPLATES.has(key.toLowerCase()) || /^<.*>$|^\$\{.*\}$/.test(key)) {
    return 'MASTER_API_KEY still has a template value'
  }
  if (key.length < MIN_MASTER_KEY_CHARS) {
    return `MASTER_API_KEY is shorter than ${MIN_MASTER_KEY_CHARS} characters`
  }
  return null
}

/** Reads the keys from `Authorization: Bearer`, `x-api-key` and `x-goog-api-key`; where several are sent, any that fits counts (client-protocols §0.3). */
export async function authenticate(
  headers: Headers,
  masterKey: string | undefined,
): Promise<Caller> {
  const keys = presentedKeys(headers)
  const digests = await Promise.all(keys.map(sha256))
  if (masterKeyProblem(masterKey) === null) {
    const master = await sha256((masterKey ?? '').trim())
    // Every digest is compared, whichever is right: the time tells nothing.
    const matches = digests.map((digest) => crypto.subtle.timingSafeEqual(digest, master))
    if (matches.includes(true)) return { kind: 'master' }
  }
  const [first, ...others] = digests.map((digest) => digest.toHex())
  return first === undefined ? { kind: 'anonymous' } : { kind: 'user', userIds: [first, ...others] }
}

/** The id of the user whom an API key belongs to: the SHA-256 of the key, in hex (design §1). */
export async function userIdOf(apiKey: string): Promise<string> {
  return (await sha256(apiKey)).toHex()
}

function presentedKeys(headers: Headers): readonly string[] {
  const [, bearer] = /^bearer\s+(.*)$/i.exec(headers.get('authorization')?.trim() ?? '') ?? []
  const keys = [bearer, headers.get('x-api-key'), headers.get('x-goog-api-key')]
    .map((key) => key?.trim() ?? '')
    // What clients send for a key that was never set.
    .filter((key) => key !== '' && key !== 'undefined' && key !== 'null')
  return [...new Set(keys)]
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

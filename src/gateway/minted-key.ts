import { readSecretKeys } from '../secret-keys.ts'

/**
 * API keys that Pollux makes: `sk-pollux-v1-`, then 96 characters of base64url. These are 32 bytes with the user's
 * id, 25 random bytes, and a tag of 15 bytes: an HMAC-SHA-256 under API_KEY_SECRET over everything before it. So a
 * forged key is recognised here, without asking any object. Whether the key is still valid is decided by the user's
 * object.
 *
 * All lengths are multiples of three, so that no character holds unused bits, and no two keys mean the same.
 */
const PREFIX = 'sk-pollux-v1-'
const SECRET_BYTES = 25
const TAG_BYTES = 15
const ID_CHARS = 64
const SIGNED_CHARS = PREFIX.length + 76
const FORM = /^sk-pollux-v1-[\w-]{96}$/
/**
 * How many characters of a key are shown, so that people can tell their keys apart. They belong to the tag, so none
 * of the random characters is shown.
 */
const HINT_CHARS = 4

/** Whether a key looks like one that was minted here; it may be forged. */
export function hasMintedForm(key: string): boolean {
  return FORM.test(key)
}

export function hintOf(mintedKey: string): string {
  return mintedKey.slice(-HINT_CHARS)
}

/** A new key for a user; null if API_KEY_SECRET is missing or malformed. */
export async function mintKey(env: Env, userId: string): Promise<string | null> {
  const [signer] = await signersOf(env)
  if (signer === undefined) return null
  const body = new Uint8Array([
    ...Uint8Array.fromHex(userId),
    ...crypto.getRandomValues(new Uint8Array(SECRET_BYTES)),
  ])
  const signed = PREFIX + toText(body)
  return signed + toText(await tagOf(signer, signed))
}

/** The id of the user whom a minted key names; null if its tag is not right. */
export async function mintedFor(env: Env, key: string): Promise<string | null> {
  const signed = key.slice(0, SIGNED_CHARS)
  const tag = toBytes(key.slice(SIGNED_CHARS))
  const signers = await signersOf(env)
  const expected = await Promise.all(signers.map((signer) => tagOf(signer, signed)))
  // All tags are compared, even after a match: the time must not tell which one matched.
  const matches = expected.map((right) => crypto.subtle.timingSafeEqual(right, tag))
  if (!matches.includes(true)) return null
  return toBytes(signed.slice(PREFIX.length)).toHex().slice(0, ID_CHARS)
}

// `env` is one object for the life of an isolate, so what was read of it is kept beside it.
const read = new WeakMap<object, readonly CryptoKey[]>()

/** The current signer and earlier ones; none if API_KEY_SECRET is missing or malformed. */
async function signersOf(env: Env): Promise<readonly CryptoKey[]> {
  const known = read.get(env)
  if (known !== undefined) return known
  const keys = readSecretKeys(env.API_KEY_SECRET) ?? []
  const signers = await Promise.all(
    keys.map((key) =>
      crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    ),
  )
  read.set(env, signers)
  return signers
}

async function tagOf(signer: CryptoKey, signed: string): Promise<Uint8Array> {
  const mac = await crypto.subtle.sign('HMAC', signer, new TextEncoder().encode(signed))
  return new Uint8Array(mac).slice(0, TAG_BYTES)
}

function toText(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url' })
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
}

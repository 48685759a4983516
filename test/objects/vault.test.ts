import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { openVault, type Owner, type Vault } from '../../src/objects/secrets/vault.ts'
import { chat, type ErrorBody, givenUser } from '../support/pollux.ts'

const KEY = new Uint8Array(32).fill(1).toBase64()
const OWNER: Owner = { userId: 'u', credentialId: 'c', purpose: 'secret' }

async function vaultOf(key: string): Promise<Vault> {
  const vault = await openVault(key)
  if (vault === null) throw new Error('no vault')
  return vault
}

describe('the vault', () => {
  it('opens what it sealed, and never seals the same way twice', async () => {
    const vault = await vaultOf(KEY)
    const [one, other] = [await vault.seal('söcret', OWNER), await vault.seal('söcret', OWNER)]
    expect(one).not.toBe(other)
    expect(one).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/)
    expect(await vault.open(one, OWNER)).toBe('söcret')
  })

  it.each<[string, Partial<Owner>]>([
    ['another user', { userId: 'other' }],
    ['another credential', { credentialId: 'other' }],
    ['another purpose', { purpose: 'access_token' }],
  ])('does not open a record for %s', async (_, change) => {
    const vault = await vaultOf(KEY)
    const record = await vault.seal('secret', OWNER)
    await expect(vault.open(record, { ...OWNER, ...change })).rejects.toThrow(/decrypt/i)
  })

  it('does not open a record that was changed, or sealed by another key', async () => {
    const vault = await vaultOf(KEY)
    const record = await vault.seal('secret', OWNER)
    const [version, keyId, iv, text] = record.split('.')
    const flipped = `${text?.startsWith('A') ? 'B' : 'A'}${text?.slice(1)}`
    await expect(vault.open([version, keyId, iv, flipped].join('.'), OWNER)).rejects.toThrow(
      /decrypt/i,
    )
    await expect(vault.open('plaintext', OWNER)).rejects.toThrow(/another VAULT_KEY/)
    const other = await vaultOf(new Uint8Array(32).fill(2).toBase64())
    await expect(other.open(record, OWNER)).rejects.toThrow(/another VAULT_KEY/)
  })

  it.each([
    ['nothing', ''],
    ['no base64', '!!!'],
    ['too few bytes', new Uint8Array(16).toBase64()],
    ['too many bytes', new Uint8Array(33).toBase64()],
  ])('needs a key: %s is none', async (_, key) => {
    expect(await openVault(key)).toBeNull()
  })

  it('that does not open keeps requests from Google, and says what is wrong', async () => {
    const user = await givenUser(['api_key'])
    await runInDurableObject(env.USERS.getByName(user.userId), (_instance, state) => {
      state.storage.sql.exec(
        "UPDATE credentials SET sealed_secret = replace(sealed_secret, 'v1.', 'v1.00')",
      )
    })
    const answer = await chat(user.key)
    expect(answer.status).toBe(500)
    const { error } = await answer.json<ErrorBody>()
    expect(error.code).toBe('vault_not_configured')
    expect(error.message).toContain('VAULT_KEY')
  })
})

/** Variables with values that an operator may write by mistake. */
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/settings.ts'

const ADDRESSES = ['GOOGLE_TOKEN_URL', 'DNS_RESOLVER_URL', 'ALERT_WEBHOOK_URL']
const BASES = ['CODE_ASSIST_BASE_URL', 'VERTEX_BASE_URL', 'GEMINI_API_BASE_URL']

function read(name: string, value: string): string | null {
  const result = readSettings({ [name]: value })
  return result.ok ? null : result.message
}

describe.each([...ADDRESSES, ...BASES])('%s', (name) => {
  it.each([
    'example.com',
    'ftp://example.com',
    'https://user:password@example.com/',
    'https://token@example.com',
    'https://example.com/#part',
  ])('is refused by its name where it is %s', (value) => {
    expect(read(name, value)).toMatch(new RegExp(`^${name} must be an http\\(s\\) URL without`))
  })

  it('may have a port and a path, and end in a slash', () => {
    expect(read(name, 'http://127.0.0.1:8790/google/')).toBeNull()
    expect(read(name, 'https://example.com/@team')).toBeNull()
  })

  it('may have a query where it is called as it is, and only there', () => {
    const message = read(name, 'https://example.com/path?a=b')
    expect(message === null).toBe(ADDRESSES.includes(name))
  })
})

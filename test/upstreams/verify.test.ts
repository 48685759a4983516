import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/settings.ts'
import { verify } from '../../src/upstreams/verify.ts'

describe('verify', () => {
  it.each(['two\nlines', '\u2028'])(
    'does not reject a secret that no header can hold (%j)',
    async (apiKey) => {
      const checked = readSettings({})
      if (!checked.ok) throw new Error(checked.message)
      const candidate = {
        secret: { type: 'api_key', apiKey },
        upstream: 'gemini-api',
        project: null,
        location: null,
        quotaProject: null,
      } as const
      expect(await verify(candidate, checked.settings)).toMatchObject({
        verdict: 'unknown',
        checked: 'upstream',
        reason: 'unreachable',
      })
    },
  )
})

import { describe, expect, it } from 'vitest'
import { withPreferences } from '../../src/gemini/preferences.ts'
import type { GenerateContentRequest, SafetySetting } from '../../src/gemini/types.ts'
import { readSettings } from '../../src/settings.ts'

const HELLO: GenerateContentRequest = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }

function setting(category: string, threshold: string): SafetySetting {
  return { category: `HARM_CATEGORY_${category}`, threshold }
}

describe('safety settings', () => {
  it("are the request's, else the user's, else the operator's, category by category", () => {
    const operator = [
      setting('HARASSMENT', 'OFF'),
      setting('HATE_SPEECH', 'OFF'),
      setting('JAILBREAK', 'OFF'),
    ]
    const user = [setting('HARASSMENT', 'BLOCK_NONE'), setting('HATE_SPEECH', 'BLOCK_NONE')]
    const own = [setting('HARASSMENT', 'BLOCK_ONLY_HIGH')]
    const preferences = { reasoningFormat: null, safetySettings: user, storeResponses: true }
    const request = withPreferences({ ...HELLO, safetySettings: own }, preferences, operator)
    expect(request.safetySettings).toEqual([
      setting('HARASSMENT', 'BLOCK_ONLY_HIGH'),
      setting('HATE_SPEECH', 'BLOCK_NONE'),
      setting('JAILBREAK', 'OFF'),
    ])
  })

  it('are left out where nobody has any', () => {
    const preferences = { reasoningFormat: null, safetySettings: [], storeResponses: true }
    expect(withPreferences(HELLO, preferences, [])).not.toHaveProperty('safetySettings')
  })

  it.each<[string, SafetySetting[]]>([
    ['', []],
    [' , ', []],
    ['HARASSMENT=OFF', [setting('HARASSMENT', 'OFF')]],
    [
      'harm_category_harassment = block_none, HATE_SPEECH=OFF',
      [setting('HARASSMENT', 'BLOCK_NONE'), setting('HATE_SPEECH', 'OFF')],
    ],
    ['HARASSMENT=OFF,HARASSMENT=BLOCK_NONE', [setting('HARASSMENT', 'BLOCK_NONE')]],
  ])('are read from the variable %j', (text, safetySettings) => {
    const result = readSettings({ SAFETY_SETTINGS: text })
    expect(result).toMatchObject({ ok: true, settings: { safetySettings } })
  })
})

describe('thoughts', () => {
  it.each([
    [null, undefined, true],
    ['think_tags', undefined, true],
    ['none', undefined, false],
    ['none', true, true],
    [null, false, false],
  ] as const)('of a user with %s, asked for %s: %s', (reasoningFormat, asked, expected) => {
    const thinkingConfig = asked === undefined ? {} : { includeThoughts: asked }
    const request = { ...HELLO, generationConfig: { thinkingConfig } }
    const preferred = withPreferences(
      request,
      { reasoningFormat, safetySettings: [], storeResponses: true },
      [],
    )
    expect(preferred.generationConfig?.thinkingConfig?.includeThoughts).toBe(expected)
  })
})

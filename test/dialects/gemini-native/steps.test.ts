import { describe, expect, it } from 'vitest'
import { withStepsTogether } from '../../../src/dialects/gemini-native/steps.ts'

const SAID = { role: 'model', parts: [{ text: 'I add.' }] }
const CALL = { role: 'model', parts: [{ functionCall: { name: 'add', args: {} } }] }
const RESULT = { role: 'user', parts: [{ functionResponse: { name: 'add', response: {} } }] }

function together(...contents: readonly object[]): unknown {
  const body = { contents }
  return (JSON.parse(withStepsTogether(JSON.stringify(body), body)) as typeof body).contents
}

describe('contents of the model before a result', () => {
  it('are one, if there is a call among them', () => {
    const step = { role: 'model', parts: [...SAID.parts, ...CALL.parts] }
    expect(together(SAID, CALL, RESULT)).toEqual([step, RESULT])
  })

  it.each([{ role: 'model' }, { role: 'model', parts: [] }, { role: 'model', parts: 'I add.' }])(
    'lose nothing to one that has no parts: %j',
    (empty) => {
      expect(together(empty, CALL, RESULT)).toEqual([empty, CALL, RESULT])
      expect(together(SAID, empty, CALL, RESULT)).toEqual([SAID, empty, CALL, RESULT])
      expect(together(CALL, empty, RESULT)).toEqual([CALL, empty, RESULT])
    },
  )
})

/** `$ref` in a function's result (googleapis/python-genai#2792, router-for-me/CLIProxyAPI#6065). */
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import { useGoogle } from './google.ts'
import { call, complaintsOf, model, result, text, user } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)
const refused = (name: string): string =>
  `The referenced name \`${name}\` in function_response.response does not match to a display_name in the function_response.parts.`

const answered = (response: JsonObject, parts: JsonObject[] = []): JsonObject => {
  const { functionResponse } = result('f', response)
  return {
    contents: [
      user(text),
      model({ ...call(), thoughtSignature: 'skip_thought_signature_validator' }),
      user({ functionResponse: { ...Object(functionResponse), parts } }),
    ],
  }
}

describe('a $ref in a result', () => {
  it.each(['gemini-2.5-flash', 'gemini-3.8-flash'])('is refused by %s', async (id) => {
    const body = answered({ schema: { items: [{ $ref: '#/$defs/a' }] } })
    expect(await complaint('gemini-api', body, id)).toBe(refused('#/$defs/a'))
    const other = answered({ $ref: { a: 1 } })
    expect(await complaint('gemini-api', other, id)).toBe(refused('{"a":1}'))
  })

  it('is refused by each upstream', async () => {
    const body = answered({ $ref: 'x' })
    expect(await complaint('vertex', body)).toBe(refused('x'))
    expect(await complaint('code-assist', body)).toBe(refused('x'))
  })

  it('names a picture beside it, until Gemini 3.5', async () => {
    const picture = { inlineData: { mimeType: 'image/png', data: 'aaaa', displayName: 'a.png' } }
    const body = answered({ image: { $ref: 'a.png' } }, [picture])
    expect(await complaint('gemini-api', body, 'gemini-3-flash-preview')).toBe('accepted')
    expect(await complaint('gemini-api', body, 'gemini-3.6-flash')).toBe(refused('a.png'))
  })

  it('is as deep as it likes', async () => {
    let response: JsonObject = { $ref: 'deep' }
    for (let depth = 0; depth < 2000; depth++) response = { a: response }
    expect(await complaint('gemini-api', answered(response))).toBe(refused('deep'))
  })

  it('in text is text', async () => {
    expect(await complaint('gemini-api', answered({ text: '{"$ref":"x"}' }))).toBe('accepted')
  })
})

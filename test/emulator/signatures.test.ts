import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import type { Reply } from '../../emulator/protocol.ts'
import { HELLO, eventsOf, useGoogle } from './google.ts'

const google = await useGoogle()
const DECLARED = { ...HELLO, tools: [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }] }
const CALLS = [{ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'g', args: {} } }]
const RESULTS = CALLS.map(({ functionCall: { name } }) => ({
  functionResponse: { name, response: { ok: true } },
}))

interface Part {
  text?: string
  thought?: boolean
  thoughtSignature?: string
  functionCall?: { id?: string; name: string }
}

interface Answered {
  candidates: { content: { parts: Part[] } }[]
}

async function partsOf(model: string, reply: Reply, body: JsonObject = DECLARED): Promise<Part[]> {
  const { handle } = await google.control.registerApiKey()
  await google.control.script({ credential: handle, reply })
  const path = `/v1beta/models/${model}:generateContent`
  const response = await google.post(path, body, { 'x-goog-api-key': handle })
  const answered = (await response.json()) as Answered
  return answered.candidates[0]?.content.parts ?? []
}

async function complaint(model: string, contents: JsonObject[]): Promise<string> {
  const { handle } = await google.control.registerApiKey()
  const path = `/v1beta/models/${model}:generateContent`
  const response = await google.post(path, { ...DECLARED, contents }, { 'x-goog-api-key': handle })
  return response.ok ? 'accepted' : (await google.errorOf(response)).message
}

const dummy = (part: object) => ({ ...part, thoughtSignature: 'skip_thought_signature_validator' })
const signed = (parts: Part[]) => parts.map((part) => part.thoughtSignature !== undefined)
const user = (...parts: JsonObject[]) => ({ role: 'user', parts })
const model = (...parts: object[]) => ({ role: 'model', parts })
const question = user({ text: 'hi' })

describe('issues', () => {
  it('on the first call of a Gemini 3 step', async () => {
    expect(signed(await partsOf('gemini-3.8-flash', { parts: CALLS }))).toEqual([true, false])
  })

  it('on the first part of 2.5, with declared functions only', async () => {
    const reply = { thought: 'hm', text: 'hi' }
    expect(signed(await partsOf('gemini-2.5-flash', reply))).toEqual([true, false])
    expect(signed(await partsOf('gemini-2.5-flash', reply, HELLO))).toEqual([false, false])
  })

  it('in a text part of its own at the end of a Gemini 3 stream', async () => {
    const { handle } = await google.control.registerApiKey()
    const path = '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse'
    const response = await google.post(path, HELLO, { 'x-goog-api-key': handle })
    const last = eventsOf(await response.text()).at(-1)
    expect(last).toMatchObject({ candidates: [{ content: { parts: [{ text: '' }] } }] })
    expect(last).toHaveProperty('candidates.0.content.parts.0.thoughtSignature')
  })

  it('on image parts', async () => {
    const parts = await partsOf('gemini-3-pro-image', {}, HELLO)
    expect(signed(parts)).toEqual([true, true])
  })
})

describe('demands', () => {
  const MISSING =
    'Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, ' +
    'and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:f` , ' +
    'position 2. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.'

  it('them back in the current turn since Gemini 3', async () => {
    const contents = [question, model(...CALLS), user(...RESULTS)]
    expect(await complaint('gemini-3.6-flash', contents)).toBe(MISSING)
    expect(await complaint('gemini-2.5-flash', contents)).toBe('accepted')
  })

  it('none of older turns', async () => {
    const contents = [question, model(...CALLS), user(...RESULTS), model({ text: 'ok' }), question]
    expect(await complaint('gemini-3.6-flash', contents)).toBe('accepted')
  })

  it.each([
    'skip_thought_signature_validator',
    btoa('skip_thought_signature_validator'),
    'context_engineering_is_the_way_to_go',
  ])('but takes %s', async (thoughtSignature) => {
    const [first, second] = CALLS
    const contents = [
      question,
      model({ ...first, thoughtSignature }, { ...second }),
      user(...RESULTS),
    ]
    expect(await complaint('gemini-3.6-flash', contents)).toBe('accepted')
  })

  it('its own, unchanged', async () => {
    const parts = await partsOf('gemini-3.8-flash', { parts: CALLS })
    const results = parts.map(({ functionCall }) => ({
      functionResponse: { ...functionCall, args: undefined, response: {} },
    }))
    expect(await complaint('gemini-3.8-flash', [question, model(...parts), user(...results)])).toBe(
      'accepted',
    )
    const forged = parts.map((part) => ({ ...part, thoughtSignature: 'EgAB' }))
    expect(
      await complaint('gemini-3.8-flash', [question, model(...forged), user(...results)]),
    ).toBe('Corrupted thought signature.')
  })

  it("the calls' ids since 3.7", async () => {
    const parts = await partsOf('gemini-3.8-flash', { parts: CALLS })
    const strange = RESULTS.map(({ functionResponse }) => ({
      functionResponse: { ...functionResponse, id: 'strange' },
    }))
    expect(
      await complaint('gemini-3.8-flash', [question, model(...parts), user(...strange)]),
    ).toContain('Please ensure that the id')
    // Google's own SDK for Python omits ids.
    const contents = [question, model(...parts), user(...RESULTS)]
    expect(await complaint('gemini-3.8-flash', contents)).toBe('accepted')
    // Another model ignores ids, but cannot read the signature.
    const elsewhere = [question, model(...CALLS.map(dummy)), user(...RESULTS)]
    expect(await complaint('gemini-3.6-flash', elsewhere)).toBe('accepted')
  })

  it('those of no other model', async () => {
    const parts = await partsOf('gemini-3.8-flash', { parts: CALLS })
    const contents = [question, model(...parts), user(...RESULTS)]
    expect(await complaint('gemini-3.6-flash', contents)).toBe('Corrupted thought signature.')
  })

  it.each<[name: string, rewritten: (signature: string) => string]>([
    ['in the other alphabet', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
    ['without padding', (text) => text.replace(/=+$/, '')],
  ])('them as bytes, %s', async (_, rewritten) => {
    // 0xfb and 0xff contain the characters in which the two base64 alphabets differ. 46 bytes need padding.
    const bytes = Buffer.alloc(46, 0xfb)
    bytes[0] = 0x12
    const thoughtSignature = bytes.toString('base64')
    const [first, second] = CALLS
    const parts = await partsOf('gemini-3.8-flash', {
      parts: [{ ...first, thoughtSignature }, { ...second }],
    })
    const returned = parts.map((part) => ({
      ...part,
      ...(part.thoughtSignature ? { thoughtSignature: rewritten(part.thoughtSignature) } : {}),
    }))
    expect(rewritten(thoughtSignature)).not.toBe(thoughtSignature)
    const contents = [question, model(...returned), user(...RESULTS)]
    expect(await complaint('gemini-3.8-flash', contents)).toBe('accepted')
  })

  it('base64', async () => {
    const contents = [question, model({ ...CALLS[0], thoughtSignature: 'not base64!' })]
    expect(await complaint('gemini-3.6-flash', contents)).toBe(
      `Invalid value at 'contents[1].parts[0].thought_signature' (TYPE_BYTES), Base64 decoding failed for "not base64!"`,
    )
  })
})

describe("Google's own tools beside functions", () => {
  const MIXED = {
    ...HELLO,
    tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: 'f' }] }],
    toolConfig: { includeServerSideToolInvocations: true },
  }
  const USED = [
    { toolCall: { id: 's1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['x'] } } },
    { toolResponse: { id: 's1', toolType: 'GOOGLE_SEARCH_WEB', response: {} } },
    { functionCall: { name: 'f', args: {} } },
  ]
  const [RESULT] = RESULTS
  const answerOf = () => partsOf('gemini-3.6-flash', { parts: USED }, MIXED)

  it('are signed, each use and each result', async () => {
    expect(signed(await answerOf())).toEqual([true, true, true])
  })

  it('must come back as they were', async () => {
    const parts = await answerOf()
    const ask = (...returned: object[]) =>
      complaint('gemini-3.6-flash', [question, model(...returned), user({ ...RESULT })])
    expect(await ask(...parts)).toBe('accepted')
    const [use, result, call] = parts
    const { thoughtSignature: _, ...bare } = { ...use }
    expect(await ask(bare, { ...result }, { ...call })).toMatch(
      /^Tool call is missing a thought_signature in toolCall parts\..* position 2\./,
    )
    expect(await ask({ ...use }, { toolResponse: USED[1]?.toolResponse }, { ...call })).toMatch(
      /^Tool response is missing a thought_signature in toolResponse parts\./,
    )
    expect(await ask({ ...call })).toMatch(/^Tool call is missing/)
    expect(await ask({ ...use }, { ...call })).toMatch(/^Tool call is missing/)
    expect(await ask(dummy({ functionCall: call?.functionCall }))).toBe('accepted')
  })
})

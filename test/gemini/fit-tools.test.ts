import { describe, expect, it } from 'vitest'
import { fit, type Target } from '../../src/gemini/fit/index.ts'
import { callIdsOf } from '../../src/gemini/fit/signatures.ts'
import type { Maker } from '../../src/gemini/signatures.ts'
import type { Content, GenerateContentRequest, Part, Tool } from '../../src/gemini/types.ts'
import { complaintOf } from './support/strict.ts'

const HI: Content = { role: 'user', parts: [{ text: 'hi' }] }
const DUMMY = 'skip_thought_signature_validator'
const NATIVE = 'EgABAgME'
const GEMINI_3: Target = { model: 'gemini-3.8-flash', upstream: 'gemini-api' }
const GEMINI_2: Target = { model: 'gemini-2.5-flash', upstream: 'gemini-api' }

describe('tools that may not meet', () => {
  const functions: Tool = { functionDeclarations: [{ name: 'f' }] }
  const search: Tool = { googleSearch: {} }
  const request: GenerateContentRequest = { contents: [HI], tools: [functions, search] }

  it.each<[Target['upstream'], string, Tool[]]>([
    ['gemini-api', 'gemini-3.8-flash', [functions]],
    ['gemini-api', 'gemini-3-flash-preview', [functions]],
    ['gemini-api', 'gemini-2.5-flash', [functions]],
    ['vertex', 'gemini-3.8-flash', [functions]],
    ['vertex', 'gemini-2.5-flash', [functions]],
    ['code-assist', 'gemini-3.1-flash-lite', [functions]],
    ['code-assist', 'gemini-2.5-flash', [functions]],
  ])('on %s with %s leave %j', (upstream, model, tools) => {
    const fitted = fit(request, { upstream, model })
    expect(fitted.tools).toEqual(tools)
    expect(complaintOf(fitted, { upstream, model })).toBe('accepted')
  })

  it.each<[Target['upstream'], string, Tool[]]>([
    ['gemini-api', 'gemini-3.8-flash', [search]],
    ['gemini-api', 'gemini-2.5-flash', [search]],
    ['vertex', 'gemini-3.8-flash', [search]],
    ['code-assist', 'gemini-2.5-flash', [search]],
  ])('on %s with %s leave %j where the search goes first', (upstream, model, tools) => {
    const toolConfig = { functionCallingConfig: { mode: 'ANY' as const } }
    const fitted = fit({ ...request, tools: [search, functions], toolConfig }, { upstream, model })
    expect(fitted.tools).toEqual(tools)
    expect(complaintOf(fitted, { upstream, model })).toBe('accepted')
  })

  it('keep the choice of functions', () => {
    const toolConfig = { functionCallingConfig: { mode: 'ANY' as const } }
    expect(fit({ ...request, toolConfig }, GEMINI_3).toolConfig).toEqual(toolConfig)
    expect(fit({ ...request, toolConfig }, GEMINI_2).toolConfig).toEqual(toolConfig)
  })

  it.each([[[search]], [[functions]]])('alone are left as they are: %j', (tools) => {
    expect(fit({ contents: [HI], tools }, GEMINI_2)).toEqual({ contents: [HI], tools })
  })
})

describe('media in results', () => {
  const inlineData = { mimeType: 'image/png', data: 'AAAA' }
  const call: Part = { functionCall: { id: 'a', name: 'f' } }
  const result: Part = { functionResponse: { id: 'a', name: 'f', response: {} } }
  const nested: Part = {
    functionResponse: { id: 'a', name: 'f', response: {}, parts: [{ inlineData }] },
  }
  const contents: Content[] = [
    HI,
    { role: 'model', parts: [call, call] },
    { role: 'user', parts: [nested, result] },
  ]

  it('stay inside for models that take them there', () => {
    const target = { model: 'gemini-3-flash-preview', upstream: 'gemini-api' } as const
    expect(fit({ contents }, target).contents[2]).toEqual(contents[2])
  })

  it.each(['gemini-2.5-flash', 'gemini-3.8-flash'])('go beside the results for %s', (model) => {
    const target = { model, upstream: 'gemini-api' } as const
    const fitted = fit({ contents }, target)
    expect(fitted.contents[2]?.parts).toEqual([result, result, { inlineData }])
    expect(complaintOf(fitted, target)).toBe('accepted')
  })

  it('stand before what the user says after them', () => {
    const words = { text: 'Go on' }
    const last: Content = { role: 'user', parts: [nested, result, words] }
    const said = [...contents.slice(0, 2), last]
    const fitted = fit({ contents: said }, { model: 'gemini-3.8-flash', upstream: 'vertex' })
    expect(fitted.contents[2]?.parts).toEqual([result, result, { inlineData }, words])
  })
})

describe('thought signatures', () => {
  function call(id: string, thoughtSignature?: string): Part {
    const functionCall = { id, name: 'f', args: {} }
    return { functionCall, ...(thoughtSignature !== undefined && { thoughtSignature }) }
  }

  function signed(by: Maker, thoughtSignature = NATIVE): Part {
    return { ...call('a', thoughtSignature), signedBy: by }
  }

  function step(...parts: Part[]): Content[] {
    const results = parts.map(({ functionCall }) => ({
      functionResponse: { id: functionCall?.id ?? '', name: 'f', response: {} },
    }))
    return [
      { role: 'model', parts },
      { role: 'user', parts: results },
    ]
  }

  function sent(contents: Content[], target: Target): (string | undefined)[][] {
    return fit({ contents: [HI, ...contents] }, target)
      .contents.filter(({ role }) => role === 'model')
      .map(({ parts }) => parts.map(({ thoughtSignature }) => thoughtSignature))
  }

  const known = (entries: Record<string, string | null>): Pick<Target, 'signatures'> => ({
    signatures: new Map(Object.entries(entries)),
  })

  it.each<[string, Content[], Target, (string | undefined)[][]]>([
    [
      'are made up on the first call of each step where Gemini demands one',
      [...step(call('a'), call('b')), ...step(call('c'))],
      GEMINI_3,
      [[DUMMY, undefined], [DUMMY]],
    ],
    ['are not made up for a model that demands none', step(call('a')), GEMINI_2, [[undefined]]],
    [
      'are made up for a model whose generation nobody can tell',
      step(call('a')),
      { model: 'tunedModels/mine', upstream: 'gemini-api' },
      [[DUMMY]],
    ],
    [
      'are made up in the current turn only',
      [...step(call('a')), { role: 'model', parts: [{ text: 'x' }] }, HI, ...step(call('b'))],
      GEMINI_3,
      [[undefined], [undefined], [DUMMY]],
    ],
    [
      'parallel calls with one signature have one',
      step(call('a', NATIVE), call('b')),
      GEMINI_3,
      [[NATIVE, undefined]],
    ],
    [
      'are recovered by the id of their call',
      step(call('a'), call('b')),
      { ...GEMINI_3, ...known({ a: 'EgRE' }) },
      [['EgRE', undefined]],
    ],
    [
      'are recovered where the client changed them',
      step(call('a', 'EgXX')),
      { ...GEMINI_3, ...known({ a: 'EgRE' }) },
      [['EgRE']],
    ],
    [
      'of another model are not sent',
      step(call('a', NATIVE)),
      { ...GEMINI_3, ...known({ a: null }) },
      [[DUMMY]],
    ],
    [
      "another vendor's are not sent",
      [
        ...step(call('a', '5f3c0b0e-8d1c-4a3f-9a36-0f3a2f6a7c11')),
        ...step(call('b', 'EqQB+corrupt!')),
      ],
      GEMINI_3,
      [[DUMMY], [DUMMY]],
    ],
    [
      'those of Gemini 3 are not sent to a model before it',
      step(call('a', NATIVE)),
      GEMINI_2,
      [[undefined]],
    ],
    [
      'of Gemini 2.5 go back to it',
      step(call('a', 'CAFE')),
      { ...GEMINI_2, ...known({ a: 'CAFE' }) },
      [['CAFE']],
    ],
    ['of the same maker go back', step(signed(GEMINI_3)), GEMINI_3, [[NATIVE]]],
    ['of Gemini 2.5 go back to their maker', step(signed(GEMINI_2, 'CAFE')), GEMINI_2, [['CAFE']]],
    [
      'of the same model on another upstream are not sent',
      step(signed({ ...GEMINI_3, upstream: 'vertex' })),
      GEMINI_3,
      [[DUMMY]],
    ],
    [
      'of another model on the same upstream are not sent',
      step(signed({ ...GEMINI_3, model: 'gemini-3.1-pro-preview' })),
      GEMINI_3,
      [[DUMMY]],
    ],
    ['that are none are not sent', step(signed(GEMINI_3, 'a b')), GEMINI_3, [[DUMMY]]],
    [
      'of another maker give way to what is known',
      step(signed({ ...GEMINI_3, upstream: 'vertex' })),
      { ...GEMINI_3, ...known({ a: 'EgRE' }) },
      [['EgRE']],
    ],
    [
      'are dummies once Google has refused one',
      step(call('a', NATIVE), call('b', NATIVE)),
      { ...GEMINI_3, ...known({ a: 'EgRE' }), dummiesOnly: true },
      [[DUMMY, undefined]],
    ],
    [
      'are made up for any model that has asked for one',
      step(call('a')),
      { ...GEMINI_2, dummiesOnly: true },
      [[DUMMY]],
    ],
  ])('%s', (_, contents, target, signatures) => {
    expect(sent(contents, target)).toEqual(signatures)
    expect(JSON.stringify(fit({ contents: [HI, ...contents] }, target))).not.toContain('signedBy')
  })

  it('are asked for of the first call of each step, and of those that bring one', () => {
    const contents = [
      HI,
      ...step(call('a'), call('b', NATIVE), call('c')),
      ...step(call('d')),
      ...step(call('d')),
      ...step(call('x'.repeat(65))),
    ]
    expect(callIdsOf({ contents })).toEqual(['a', 'b', 'd'])
    const many = Array.from({ length: 300 }, (_each, index) => step(call(String(index)))).flat()
    const asked = callIdsOf({ contents: many })
    expect([asked.length, asked.at(-1)]).toEqual([100, '299'])
    expect(callIdsOf({ contents: [HI] })).toEqual([])
  })
})

/** Whatever names, calls and results a client sends, Google accepts the conversation made of them. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Conversation } from '../../../src/gemini/ask/conversation.ts'
import { FunctionNames } from '../../../src/gemini/ask/function-names.ts'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'
import { fit } from '../../../src/gemini/fit/index.ts'
import { UPSTREAMS } from '../../../src/gemini/upstreams.ts'
import { complaintOf } from '../../gemini/support/strict.ts'

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 200 }),
  fc.constantFrom('a b', 'a/b', 'a_b', 'a_b_2', '1', '__proto__', 'toString'),
  fc.string({ unit: fc.constantFrom('x', '_', '-'), minLength: 60, maxLength: 70 }),
)

describe('names of functions', () => {
  it('are in Gemini’s alphabet, each its own, and lead back', () => {
    fc.assert(
      fc.property(fc.array(names, { maxLength: 40 }), (all) => {
        const known = new FunctionNames(all)
        const told = [...new Set(all)].map((name) => known.toGemini(name))
        expect(new Set(told).size).toBe(new Set(all).size)
        for (const name of told) expect(name).toMatch(/^[A-Za-z_][\w.:-]{0,63}$/)
        const back = told.map((name) => known.changed().get(name) ?? name)
        expect(back).toEqual([...new Set(all)])
      }),
    )
  })

  it('are each its own also where very many become one', () => {
    const all = Array.from({ length: 20_000 }, (_, number) => `${'x'.repeat(70)}${number}`)
    const known = new FunctionNames(all)
    expect(new Set(all.map((name) => known.toGemini(name))).size).toBe(all.length)
  })
})

const ids = fc.constantFrom('a', 'b', 'c', 'd', '')
const signatures = fc.constantFrom(undefined, 'EgABAgME', 'not base64', '5f3c0b0e-8d1c')
const calls = fc.record({
  id: ids,
  type: fc.constant('function'),
  function: fc.record({
    name: names,
    arguments: fc.oneof(fc.json(), fc.string(), fc.constantFrom('', '{}', null)),
  }),
  extra_content: signatures.map((signature) => ({ google: { thought_signature: signature } })),
})
const contents = fc.oneof(fc.string(), fc.json(), fc.constant(''))
const messages = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'system'), content: contents }),
  fc.record({ role: fc.constant('assistant'), content: fc.option(contents) }),
  fc.record({
    role: fc.constant('assistant'),
    content: fc.option(contents),
    tool_calls: fc.array(calls, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ role: fc.constant('tool'), tool_call_id: ids, content: fc.option(contents) }),
  fc.record({
    role: fc.constant('assistant'),
    function_call: fc.record({ name: names, arguments: contents }),
  }),
  fc.record({ role: fc.constant('function'), name: names, content: contents }),
)
const targets = fc.record({
  upstream: fc.constantFrom(...UPSTREAMS),
  model: fc.constantFrom('gemini-2.5-flash', 'gemini-3.6-flash', 'gemini-3.8-flash'),
  schemas: fc.constantFrom('json' as const, 'openapi' as const),
  // Nothing is known of the signatures, and some look valid. After one refusal the gateway sends dummies.
  dummiesOnly: fc.constant(true),
})

describe('any conversation with calls and results', () => {
  it('is one that Google takes', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { minLength: 1, maxLength: 12 }),
        fc.uniqueArray(names, { maxLength: 4 }),
        fc.constantFrom('auto', 'none', 'required'),
        targets,
        (history, offered, choice, target) => {
          const parsed = parseChatRequest({
            model: target.model,
            messages: [{ role: 'user', content: 'hi' }, ...history],
            tools: offered.map((name) => ({ type: 'function', function: { name } })),
            tool_choice: choice,
          })
          if (!parsed.ok) throw new Error(parsed.failure.message)
          const translated = toGeminiRequest(parsed.chat)
          if (!translated.ok) throw new Error(translated.failure.message)
          const before = JSON.stringify(translated.request)
          expect(complaintOf(fit(translated.request, target), target)).toBe('accepted')
          expect(JSON.stringify(translated.request)).toBe(before)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('gives each of very many calls of one id a result of its own', () => {
    const all = Array.from({ length: 50_000 }, (_, number) => `result ${number}`)
    const conversation = new Conversation()
    conversation.model(
      [],
      all.map(() => ({ id: 'c', name: 'f', args: {} })),
    )
    for (const text of all) conversation.result({ id: 'c' }, { parts: [{ text }] })
    const { contents } = conversation.toGemini(new FunctionNames(['f']))
    const told = contents.at(-1)?.parts.map((part) => part.functionResponse?.response['result'])
    expect(told?.join()).toBe(all.join())
  })

  it('demands no dummies first where there are no calls', () => {
    const parsed = parseChatRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
    const translated = parsed.ok ? toGeminiRequest(parsed.chat) : parsed
    if (!translated.ok) throw new Error(translated.failure.message)
    const target = { model: 'gemini-3.8-flash', upstream: 'gemini-api' } as const
    expect(JSON.stringify(fit(translated.request, target))).not.toContain('thoughtSignature')
  })
})

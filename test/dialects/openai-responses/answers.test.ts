import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  openSignatures,
  openSummary,
  sealSignatures,
  sealSummary,
} from '../../../src/dialects/envelope.ts'
import type { Memory, StoredResponse, ToStore } from '../../../src/dialects/memory.ts'
import { STORED_RESPONSES } from '../../../src/dialects/openai-responses/stored.ts'
import type { GenerateContentResponse } from '../../../src/gemini/types.ts'
import {
  answer,
  CONTEXT,
  eventsIn,
  eventsOf,
  NO_MEMORY,
  TERMS,
  type ToldEvent,
  type Told,
  translatedOf,
  wholeOf,
} from './support.ts'

const HI = { input: 'Hi', store: false }
const TOOLS = [
  { type: 'function', name: 'f' },
  { type: 'custom', name: 'patch' },
]
const THOUGHT = { text: 'Hm. ', thought: true }
const call = (name: string, args: object, signature?: string): object => ({
  functionCall: { name, args },
  ...(signature && { thoughtSignature: signature }),
})

/** The response within the last event. */
function toldBy(events: readonly ToldEvent[]): Told {
  return events.at(-1)?.['response'] as Told
}

const typesOf = (events: readonly { readonly type: string }[]): readonly string[] =>
  events.map(({ type }) => type.replace(/^response\./, ''))

describe('a stream', () => {
  it('tells thoughts, words and calls in the sequence that all clients take', async () => {
    const events = await eventsOf({ ...HI, tools: TOOLS, reasoning: { summary: 'auto' } }, [
      answer([THOUGHT], null),
      answer([{ text: 'Let me ' }], null),
      answer([{ text: 'see.' }, call('f', { a: 1 }, 'EgQBAgME'), call('patch', { input: 'x' })]),
    ])
    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      // The reasoning item with the call's signature, which Google sends only with the call.
      'output_item.added',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'output_item.done',
      'completed',
    ])
    expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, index) => index))
    const [first, last] = [events[0]?.['response'], events.at(-1)?.['response']] as Told[]
    expect(first?.id).toBe(last?.id)
    const done = events.filter(({ type }) => type === 'response.output_item.done')
    expect(last?.output).toEqual(done.map(({ item }) => item))
    expect(last?.['usage']).toEqual({
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 8,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 18,
    })
    const signed = last?.output.filter(({ encrypted_content }) => encrypted_content !== undefined)
    expect(signed).toHaveLength(1)
    const [envelope] = openSignatures(String(signed?.[0]?.['encrypted_content']))
    expect(envelope).toEqual({
      maker: { model: TERMS.target.model, upstream: 'gemini-api' },
      signatures: [
        {
          callId: last?.output.find(({ type }) => type === 'function_call')?.['call_id'],
          signature: 'EgQBAgME',
        },
      ],
    })
    const added = events.filter(({ type }) => type === 'response.output_item.added')
    const begun = added.map(({ item }) => (item as { arguments?: string }).arguments ?? '')
    expect(begun).toEqual(added.map(() => ''))
    const whole = events.find(({ type }) => type === 'response.function_call_arguments.done')
    expect(whole).toMatchObject({ arguments: '{"a":1}' })
  })

  it('is never empty', async () => {
    const events = await eventsOf(HI, [answer([])])
    const { output, status } = toldBy(events)
    expect(status).toBe('completed')
    expect(output).toMatchObject([
      { type: 'message', content: [{ type: 'output_text', text: '' }] },
    ])
  })

  it.each([
    ['MAX_TOKENS', 'incomplete', 'max_output_tokens'],
    ['SAFETY', 'incomplete', 'content_filter'],
    ['RECITATION', 'incomplete', 'content_filter'],
  ])('that ends with %s is %s', async (reason, status, why) => {
    const events = await eventsOf(HI, [answer([{ text: 'Half' }], reason)])
    const last = events.at(-1)
    expect(last?.type).toBe(`response.${status}`)
    expect(last?.['response']).toMatchObject({ status, incomplete_details: { reason: why } })
    const whole = await wholeOf(HI, answer([{ text: 'Half' }], reason))
    const done = events.find(({ type }) => type === 'response.output_item.done')?.['item']
    for (const item of [toldBy(events).output[0], whole.output[0], done]) {
      expect(item).toMatchObject({ type: 'message', status: 'incomplete' })
    }
  })

  it('that is cut off has only its last text cut off', async () => {
    const parts = [{ text: 'All of this.' }, call('f', {}), { text: 'Half' }]
    const { output } = await wholeOf({ ...HI, tools: TOOLS }, answer(parts, 'SAFETY'))
    expect(output.map(({ status }) => status)).toEqual(['completed', 'completed', 'incomplete'])
    const thoughts = await wholeOf(HI, answer([THOUGHT], 'MAX_TOKENS'))
    expect(thoughts.output[1]).toMatchObject({ type: 'message', status: 'incomplete' })
    const blocked = await wholeOf(HI, answer([], 'SAFETY'))
    expect(blocked.output).toMatchObject([{ type: 'message', status: 'completed' }])
  })

  it('that is blocked before a word says so in words, not as a refusal', async () => {
    const { output } = await wholeOf(HI, answer([], 'SAFETY'))
    expect(output).toMatchObject([
      { content: [{ type: 'output_text', text: expect.stringContaining('blocked') }] },
    ])
  })

  it('that breaks off is an error, flat and nested, and a failed response; never completed', async () => {
    const events = await eventsOf(HI, [answer([{ text: 'Half' }], null)])
    const [error, failed] = events.slice(-2)
    expect(error).toMatchObject({
      type: 'error',
      code: 'server_error',
      error: { code: 'server_error' },
    })
    expect(error).toMatchObject({ error: { message: error?.['message'] } })
    expect(failed).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    })
    expect(typesOf(events)).not.toContain('completed')
  })

  it('says that it goes on, but never before the response is created', async () => {
    const { telling } = await translatedOf(HI)
    const stream = telling.stream(CONTEXT, 1)
    const opening = eventsIn(stream.keepAlive())
    expect(typesOf(opening)).toEqual(['created', 'in_progress'])
    const [next] = eventsIn(stream.keepAlive())
    expect(next).toEqual({ type: 'keepalive', sequence_number: 2 })
    const encoder = stream.choice(0, TERMS)
    const [first] = eventsIn(encoder.encode(answer([{ text: 'Hi' }], null)))
    expect(first).toMatchObject({ type: 'response.output_item.added', sequence_number: 3 })
  })

  it('begins with what Google takes, and with nothing where that ends at once', async () => {
    const { telling } = await translatedOf(HI)
    const silent = telling.stream(CONTEXT, 1).choice(0, TERMS)
    expect(silent.encode(answer([], 'STOP'))).toBe('')
    const begun = telling.stream(CONTEXT, 1).choice(0, TERMS)
    expect(typesOf(eventsIn(begun.encode(answer([], null))))).toEqual(['created', 'in_progress'])
  })

  it.each([
    ['rate_limited', 'rate_limit_exceeded', 3000, /try again in 3s/],
    ['quota_exhausted', 'insufficient_quota', undefined, /./],
    ['context_length_exceeded', 'context_length_exceeded', undefined, /./],
    ['upstream_overloaded', 'server_error', 3000, /./],
    ['upstream_rejected', 'invalid_prompt', undefined, /./],
    ['credentials_unusable', 'invalid_prompt', undefined, /./],
  ] as const)(
    'that fails for %s before a word has the code %s',
    async (reason, code, retryAfterMs, said) => {
      const { telling } = await translatedOf(HI)
      const stream = telling.stream(CONTEXT, 1)
      const failure = { reason, message: 'No.', ...(retryAfterMs && { retryAfterMs }) }
      const events = eventsIn(stream.early() + stream.fail(failure))
      expect(typesOf(events)).toEqual(['created', 'in_progress', 'error', 'failed'])
      expect(events[3]?.['response']).toMatchObject({
        error: { code, message: expect.stringMatching(said) },
      })
    },
  )

  it('of a prompt that Google blocks fails as one that cannot be mended', async () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' } } as GenerateContentResponse
    const { telling } = await translatedOf(HI)
    const end = await telling.stream(CONTEXT, 1).choice(0, TERMS).end()
    expect(end.ok).toBe(false)
    const told = await telling.whole([{ ...TERMS, response: blocked }], CONTEXT)
    expect(told).toMatchObject({ ok: false, failure: { reason: 'prompt_blocked' } })
  })

  it('with a picture has it as an item, and with citations has them where they are', async () => {
    const grounded = answer([{ text: 'Oslo is cold.' }])
    Object.assign(grounded.candidates?.[0] ?? {}, {
      groundingMetadata: {
        webSearchQueries: ['oslo weather', 'oslo'],
        groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
        groundingSupports: [
          { segment: { startIndex: 0, endIndex: 4 }, groundingChunkIndices: [0] },
        ],
      },
    })
    const events = await eventsOf({ ...HI, tools: [{ type: 'web_search' }] }, [grounded])
    const annotation = {
      type: 'url_citation',
      start_index: 0,
      end_index: 4,
      url: 'https://a.example',
      title: 'A',
    }
    expect(events.find(({ type }) => type.endsWith('annotation.added'))).toMatchObject({
      annotation,
    })
    const { output } = toldBy(events)
    expect(output).toMatchObject([
      { content: [{ annotations: [annotation] }] },
      {
        type: 'web_search_call',
        id: expect.stringMatching(/^ws_/),
        status: 'completed',
        action: {
          type: 'search',
          query: 'oslo weather',
          queries: ['oslo weather', 'oslo'],
          sources: [{ type: 'url', url: 'https://a.example' }],
        },
      },
    ])
    const steps = typesOf(events).filter((type) => type.startsWith('web_search'))
    expect(steps.map((type) => type.split('.')[1])).toEqual([
      'in_progress',
      'searching',
      'completed',
    ])
    const drawn = await wholeOf(
      HI,
      answer([{ inlineData: { mimeType: 'image/png', data: 'QUJD' } }]),
    )
    expect(drawn.output).toMatchObject([{ type: 'image_generation_call', result: 'QUJD' }])
  })
})

it('with a sound has it as text, since there is no item for it', async () => {
  const { output } = await wholeOf(
    HI,
    answer([{ inlineData: { mimeType: 'audio/L16;rate=24000', data: 'AAD=' } }]),
  )
  expect(output).toMatchObject([
    { type: 'message', content: [{ text: '![](data:audio/L16;rate=24000;base64,AAD=)' }] },
  ])
})

describe('code that Google ran', () => {
  const parts = [
    { executableCode: { language: 'PYTHON', code: 'print(1)' } },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
    { text: 'It is 1.' },
  ]
  const asked = { ...HI, tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }

  it('is a call of the code interpreter, with what came of it', async () => {
    const events = await eventsOf(asked, [answer(parts)])
    expect(events.map(({ type }) => type).filter((type) => type.includes('code_'))).toEqual([
      'response.code_interpreter_call.in_progress',
      'response.code_interpreter_call_code.delta',
      'response.code_interpreter_call_code.done',
      'response.code_interpreter_call.interpreting',
      'response.code_interpreter_call.completed',
    ])
    const call = {
      type: 'code_interpreter_call',
      id: expect.stringMatching(/^ci_/),
      status: 'completed',
      container_id: expect.stringMatching(/^cntr_/),
      code: 'print(1)',
      outputs: [{ type: 'logs', logs: '1\n' }],
    }
    const whole = await wholeOf(asked, answer(parts))
    for (const { output } of [toldBy(events), whole]) {
      expect(output).toMatchObject([call, { type: 'message', content: [{ text: 'It is 1.' }] }])
    }
  })

  it.each([
    [{ outcome: 'OUTCOME_OK' }, ''],
    [{ outcome: 'OUTCOME_FAILED', output: 'Traceback' }, 'Traceback'],
    [{ outcome: 'OUTCOME_FAILED' }, 'The code failed.'],
    [{ outcome: 'OUTCOME_DEADLINE_EXCEEDED' }, 'The code ran for too long and was stopped.'],
  ])('has logs: %j', async (codeExecutionResult, logs) => {
    const some = answer([parts[0], { codeExecutionResult }] as never)
    const whole = await wholeOf(asked, some)
    for (const { output } of [toldBy(await eventsOf(asked, [some])), whole]) {
      expect(output).toMatchObject([{ outputs: [{ type: 'logs', logs }] }])
    }
  })

  it.each([
    ['of which nothing came', [parts[0], parts[2]], ['code_interpreter_call', 'message']],
    ['that ends the answer', [parts[0]], ['code_interpreter_call']],
    ['twice', [parts[0], parts[0], parts[1]], ['code_interpreter_call', 'code_interpreter_call']],
    ['that nobody wrote', [parts[1], parts[2]], ['message']],
  ])('%s has all its items', async (_, some, types) => {
    const { output } = toldBy(await eventsOf(asked, [answer(some as never)]))
    expect(output.map(({ type }) => type)).toEqual(types)
  })
})

describe('compaction', () => {
  it('is one item, whose content unpacks', async () => {
    const input = [{ role: 'user', content: 'I am Ada' }, { type: 'compaction_trigger' }]
    const { output } = await wholeOf({ ...HI, input }, answer([THOUGHT, { text: 'Ada is here.' }]))
    expect(output).toHaveLength(1)
    expect(output[0]).toMatchObject({ type: 'compaction', id: expect.stringMatching(/^cmp_/) })
    expect(openSummary(String(output[0]?.['encrypted_content']))).toBe('Ada is here.')
    const events = await eventsOf({ ...HI, input }, [answer([{ text: 'Ada.' }])])
    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'output_item.done',
      'completed',
    ])
  })

  const BY_FIELD = {
    input: [{ role: 'user', content: 'I am Ada' }, { type: 'compaction_trigger' }],
  }
  it.each([
    ['a filter leaves nothing of it', [], 'SAFETY', 'content_filtered'],
    ['it has no room for a word', [THOUGHT], 'MAX_TOKENS', 'upstream_truncated'],
    ['it says nothing', [{ text: ' \n' }], 'STOP', 'upstream_error'],
  ])('fails where %s', async (_, parts, finishReason, reason) => {
    const { telling } = await translatedOf({ ...HI, ...BY_FIELD })
    const response = answer(parts, finishReason)
    const told = await telling.whole([{ ...TERMS, response }], CONTEXT)
    expect(told).toMatchObject({ ok: false, failure: { reason } })
    const events = await eventsOf({ ...HI, ...BY_FIELD }, [response])
    expect(typesOf(events)).toEqual(['created', 'in_progress', 'error', 'failed'])
  })

  it('says of half a summary that it is incomplete', async () => {
    const half = answer([{ text: 'Ada is' }], 'MAX_TOKENS')
    expect(await wholeOf({ ...HI, ...BY_FIELD }, half)).toMatchObject({
      status: 'incomplete',
      output: [{ type: 'compaction', status: 'incomplete' }],
    })
  })
})

describe('storing', () => {
  it('comes before the end is told, with all that was said, and a failure of it is told', async () => {
    const stored: ToStore[] = []
    for (const works of [true, false]) {
      const memory = {
        ...NO_MEMORY,
        store: (response: ToStore) => {
          stored.push(response)
          return Promise.resolve(works)
        },
      }
      const events = await eventsOf(
        { input: 'Hi', instructions: 'Be' },
        [answer([{ text: 'Ho' }])],
        memory,
      )
      expect(events.at(-1)?.['response']).toMatchObject({ status: 'completed', store: works })
      expect(await wholeOf({ input: 'Hi' }, answer([{ text: 'Ho' }]), memory)).toMatchObject({
        store: works,
      })
    }
    const [first] = stored
    expect(first?.input.map(({ text }) => JSON.parse(text) as object)).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
    ])
    const whole = STORED_RESPONSES.whole({
      ...first,
      output: first?.output.map(({ text }) => text),
    } as never)
    expect(JSON.parse(whole)).toMatchObject({
      status: 'completed',
      instructions: 'Be',
      output: [{ type: 'message' }],
    })
  })

  it('is not done for who does not want it, or whose admin does not', async () => {
    const memory = { ...NO_MEMORY, store: () => Promise.reject(new Error('was stored')) }
    expect(await wholeOf(HI, answer([{ text: 'Ho' }]), memory)).toMatchObject({ store: false })
    const { telling } = await translatedOf({ input: 'Hi' }, memory)
    const preferences = { ...TERMS.preferences, storeResponses: false }
    const told = await telling.whole(
      [{ ...TERMS, preferences, response: answer([{ text: 'Ho' }]) }],
      CONTEXT,
    )
    expect(told.ok && told.body).toContain('"store":false')
  })

  it('replays as the events that were', async () => {
    const responses = [
      answer([
        THOUGHT,
        { text: 'Let me see.' },
        call('f', { a: 1 }, 'EgQBAgME'),
        call('patch', { input: 'x' }),
      ]),
    ]
    const body = { ...HI, tools: TOOLS, reasoning: { summary: 'auto' } }
    const live = await eventsOf(body, responses)
    const response = live.at(-1)?.['response'] as Told
    const { output, tools, ...rest } = response
    const stored = {
      body: JSON.stringify(rest),
      settings: JSON.stringify({ tools }),
      output: output.map((item) => JSON.stringify(item)),
    }
    const events = eventsIn(STORED_RESPONSES.events(stored, -1))
    expect(typesOf(events)).toEqual(typesOf(live))
    expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, index) => index))
    const last = eventsIn(STORED_RESPONSES.events(stored, events.length - 3))
    expect(last).toEqual(events.slice(-2))
    expect(events.at(-1)?.['response']).toEqual(response)
  })

  const WORDS = ['Let ', 'me ', 'see ', 'it ', 'now.'].map((text) => answer([{ text }], null))
  const GROUNDED = {
    groundingChunks: [{ web: { uri: 'https://example.com/', title: 'Example' } }],
    groundingSupports: [
      { segment: { startIndex: 0, endIndex: 3, text: 'Let' }, groundingChunkIndices: [0] },
      { segment: { startIndex: 4, endIndex: 6, text: 'me' }, groundingChunkIndices: [0] },
    ],
  }

  function groundedEnd(): GenerateContentResponse {
    const end = answer([])
    const [candidate] = end.candidates ?? []
    return { ...end, candidates: [{ ...candidate, groundingMetadata: GROUNDED }] }
  }

  it.each([
    ['a call', TOOLS, answer([call('f', { a: 1 })])],
    ['citations', [{ type: 'web_search' }], groundedEnd()],
  ])(
    'replays after each number what a client with the events up to it lacks: %s',
    async (_, tools, end) => {
      const { memory, found: foundAgain } = keeping()
      const body = { input: 'Hi', tools, reasoning: { summary: 'auto' } }
      const live = await eventsOf(
        body,
        [answer([THOUGHT], null), answer([THOUGHT], null), ...WORDS, end],
        memory,
      )
      const found = foundAgain()
      expect(JSON.parse(STORED_RESPONSES.whole(found))).toEqual(live.at(-1)?.['response'])
      const isEnd = ({ type }: ToldEvent): boolean => /output_item\.done|completed/.test(type)
      for (const { sequence_number: after } of live) {
        const lacking = live.filter(({ sequence_number: n }) => n > after)
        const told = eventsIn(STORED_RESPONSES.events(found, after))
        expect(told.filter(isEnd)).toEqual(lacking.filter(isEnd))
        // But for deltas, nothing that is lacking is left out, and nothing is told twice.
        const rest = lacking.filter(({ type }) => !type.endsWith('.delta'))
        expect(told.filter(({ type }) => !type.endsWith('.delta'))).toEqual(rest)
      }
    },
  )

  it('replays a citation that came after its text without a number of another event', async () => {
    const { memory, found } = keeping()
    const live = await eventsOf(
      { input: 'Hi', tools: [{ type: 'web_search' }], reasoning: { summary: 'auto' } },
      [answer([{ text: 'Let me see.' }], null), answer([THOUGHT], null), groundedEnd()],
      memory,
    )
    expect(toldBy(live).output[0]).toMatchObject({ content: [{ annotations: [{}, {}] }] })
    const told = eventsIn(STORED_RESPONSES.events(found(), -1))
    expect(told.map(({ sequence_number: n }) => n)).toEqual(live.map(({ sequence_number: n }) => n))
    expect(typesOf(told)).toEqual(typesOf(live))
    expect(told.at(-1)).toEqual(live.at(-1))
  })

  it('replays a picture, and a text without a word, as they were told', async () => {
    for (const parts of [[{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }], []]) {
      const live = await eventsOf(HI, [answer(parts)])
      const { output, ...rest } = toldBy(live)
      const found = {
        body: JSON.stringify(rest),
        settings: '{"a":1}',
        output: output.map((item) => JSON.stringify(item)),
      }
      const told = eventsIn(STORED_RESPONSES.events(found, -1))
      expect(told.slice(2, -1)).toEqual(live.slice(2, -1))
    }
  })
})

/** A memory that keeps one response, and how it is found again. */
function keeping() {
  const stored: ToStore[] = []
  const memory: Memory = {
    ...NO_MEMORY,
    store: (response) => {
      stored.push(response)
      return Promise.resolve(true)
    },
  }
  const found = (): StoredResponse => {
    const [first] = stored
    if (first === undefined) throw new Error('nothing was stored')
    const { body, settings, output } = first
    return { body, settings, output: output.map(({ text }) => text) }
  }
  return { memory, found }
}

describe('any answer', () => {
  const part = fc.oneof(
    fc.record({ text: fc.string({ minLength: 1 }) }),
    fc.record({ text: fc.string({ minLength: 1 }), thought: fc.constant(true) }),
    fc.record({
      functionCall: fc.record({
        name: fc.constantFrom('f', 'patch'),
        args: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
      }),
      thoughtSignature: fc.constantFrom('EgQBAgME', 'EgQFBgcI'),
    }),
  )

  it('is told the same however it is cut, and the same whole', async () => {
    const body = { ...HI, tools: TOOLS, reasoning: { summary: 'auto' } }
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.nat()),
        async (parts, cuts) => {
          const responses: GenerateContentResponse[] = []
          let rest: readonly object[] = parts
          for (const cut of cuts) {
            const at = cut % (rest.length + 1)
            responses.push(answer(rest.slice(0, at), null))
            rest = rest.slice(at)
          }
          responses.push(answer(rest))
          const cutUp = await eventsOf(body, responses)
          const atOnce = await eventsOf(body, [answer(parts)])
          expect(cutUp).toEqual(atOnce)
          const last = atOnce.at(-1)?.['response'] as Told
          expect(await wholeOf(body, answer(parts))).toEqual(last)
          expect(last.output.length).toBeGreaterThan(0)
          expect(atOnce.map(({ sequence_number: n }) => n)).toEqual(atOnce.map((_, index) => index))
        },
      ),
    )
  })

  it('comes out of an envelope as it went in, also joined and among anything', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9+/]{4,40}$/)
    const signed = fc.array(
      fc.record({
        callId: fc.stringMatching(/^[A-Za-z0-9_]{0,20}$/),
        signature: word.map((text) => btoa(text)),
      }),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(fc.string(), signed, signed, fc.string(), (model, one, two, noise) => {
        const maker = { model, upstream: 'vertex' } as const
        const sealed =
          sealSignatures(maker, one) + noise.replaceAll('px1.', '') + sealSignatures(maker, two)
        expect(openSignatures(sealed).map(({ signatures }) => signatures)).toEqual([one, two])
        expect(sealSignatures(maker, one)).toMatch(/^[A-Za-z0-9._-]+$/)
        expect(openSummary(sealSummary(noise))).toBe(noise.toWellFormed())
        openSignatures(noise)
        openSummary(noise)
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { ChatStream, ChoiceGroup } from '../../../src/dialects/openai-chat/answer/stream.ts'
import { toChatCompletionOf } from '../../../src/dialects/openai-chat/answer/whole.ts'
import { type ChatPlan, PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import { toUsage } from '../../../src/dialects/openai-chat/answer/usage.ts'
import type { Candidate, Part } from '../../../src/gemini/types.ts'
import {
  call,
  chunk,
  CONTEXT,
  read,
  streamed,
  TOOLS,
  type Told,
  whole,
} from '../support/answers.ts'

/** The whole answer and the stream, which has a chunk for each part. Both must say the same. */
function both(
  parts: Part[],
  plan: Partial<ChatPlan> = {},
  rest: Partial<Candidate> = {},
  reason = 'STOP',
): Told {
  const planned = { ...PLAIN, ...plan }
  const told = whole(parts, reason, planned, rest)
  const cut = parts.map((part) => [part])
  expect(streamed(cut, reason, planned, rest)).toEqual(told)
  return told
}

const THOUGHTFUL: Part[] = [
  { text: 'Hm. ', thought: true },
  { text: 'Well.', thought: true },
  { text: 'Yes' },
  { text: '!' },
]
const MESSAGE = { role: 'assistant', refusal: null }

describe('thoughts', () => {
  it.each<[ChatPlan['reasoning'], object]>([
    ['reasoning_content', { content: 'Yes!', reasoning_content: 'Hm. Well.' }],
    [
      'reasoning',
      {
        content: 'Yes!',
        reasoning_content: 'Hm. Well.',
        reasoning: 'Hm. Well.',
        reasoning_details: [
          { type: 'reasoning.text', text: 'Hm. Well.', format: 'google-gemini-v1', index: 0 },
        ],
      },
    ],
    ['think_tags', { content: '<think>Hm. Well.</think>\n\nYes!' }],
    ['none', { content: 'Yes!' }],
  ])('go where the client reads them: %s', (reasoning, message) => {
    expect(both(THOUGHTFUL, { reasoning }).message).toEqual({ ...MESSAGE, ...message })
  })

  it('between tags are closed where nothing follows, and before a call', () => {
    const plan = { reasoning: 'think_tags', callee: 'client' } as const
    const [thought = {}] = THOUGHTFUL
    expect(both([thought], plan, {}, 'MAX_TOKENS')).toMatchObject({
      finish: 'length',
      message: { content: '<think>Hm. </think>\n\n' },
    })
    expect(both([thought, call('f', {}, 'x')], plan).message).toMatchObject({
      content: '<think>Hm. </think>\n\n',
      tool_calls: [{ id: 'x' }],
    })
    const again: Part[] = [...THOUGHTFUL, ...THOUGHTFUL]
    expect(both(again, plan).message['content']).toBe(
      '<think>Hm. Well.</think>\n\nYes!<think>Hm. Well.</think>\n\nYes!',
    )
  })

  it('between tags are no answer: a filter after them still says why', () => {
    const plan = { reasoning: 'think_tags' } as const
    expect(both(THOUGHTFUL.slice(0, 2), plan, {}, 'SAFETY')).toMatchObject({
      finish: 'content_filter',
      message: { refusal: 'The answer was blocked by Google (SAFETY).' },
    })
  })
})

describe('thought signatures', () => {
  const signature = 'c2ln'
  const extra_content = { google: { thought_signature: signature } }

  it('of a text come beside the message, also in a part of their own', () => {
    for (const parts of [
      [{ text: 'Hi', thoughtSignature: signature }],
      [{ text: 'Hi' }, { text: '', thoughtSignature: signature }],
    ]) {
      expect(both(parts).message).toEqual({ ...MESSAGE, content: 'Hi', extra_content })
    }
  })

  it('of a call come on the call alone', () => {
    const parts = [
      { text: 'Hi', thoughtSignature: 'dGV4dA==' },
      { ...call('f', {}, 'x'), thoughtSignature: signature },
    ]
    const { message } = both(parts, TOOLS)
    expect(message['extra_content']).toBeUndefined()
    expect(message['tool_calls']).toMatchObject([{ extra_content }])
  })

  it('are reasoning details too where the client reads those', () => {
    const plan = { ...TOOLS, reasoning: 'reasoning' } as const
    const encrypted = { type: 'reasoning.encrypted', format: 'google-gemini-v1' }
    const calls = ['x', 'y'].map((id) => ({ ...call('f', { id }, id), thoughtSignature: id }))
    expect(both([...THOUGHTFUL.slice(0, 2), ...calls], plan).message['reasoning_details']).toEqual([
      { type: 'reasoning.text', text: 'Hm. Well.', format: 'google-gemini-v1', index: 0 },
      { ...encrypted, data: 'x', id: 'x', index: 1 },
      { ...encrypted, data: 'y', id: 'y', index: 2 },
    ])
    const signed = { text: 'a', thoughtSignature: signature }
    expect(both([signed], plan).message['reasoning_details']).toEqual([
      { ...encrypted, data: signature, index: 1 },
    ])
  })
})

describe('log probabilities', () => {
  const chosen = { token: 'ü', tokenId: 5, logProbability: -0.5 }
  const logprobsResult = {
    chosenCandidates: [chosen, { token: '!' }],
    topCandidates: [{ candidates: [chosen, { token: 'a', logProbability: -2 }] }],
  }
  const bytes = [0xc3, 0xbc]

  it('have bytes and alternatives, an empty list where there are none', () => {
    expect(both([{ text: 'ü!' }], {}, { logprobsResult }).logprobs).toEqual({
      content: [
        {
          token: 'ü',
          logprob: -0.5,
          bytes,
          top_logprobs: [
            { token: 'ü', logprob: -0.5, bytes },
            { token: 'a', logprob: -2, bytes: [97] },
          ],
        },
        { token: '!', logprob: 0, bytes: [33], top_logprobs: [] },
      ],
      refusal: null,
    })
  })

  it.each<[string, Partial<Candidate>]>([
    ['absent', {}],
    ['empty', { logprobsResult: {} }],
    ['odd', { logprobsResult: { chosenCandidates: 'x', topCandidates: [null] } as never }],
  ])('are null where Google gives none: %s', (_, rest) => {
    expect(both([{ text: 'a' }], {}, rest).logprobs).toBeNull()
  })
})

describe('what a model makes', () => {
  const image = (data: string): Part => ({ inlineData: { mimeType: 'image/png', data } })
  const url = (data: string): object => ({ url: `data:image/png;base64,${data}` })

  it('is told as images beside the text, once', () => {
    const { message } = both([{ text: 'Here:' }, image('QQ=='), image('Qg==')])
    expect(message).toEqual({
      ...MESSAGE,
      content: 'Here:',
      images: [
        { type: 'image_url', index: 0, image_url: url('QQ==') },
        { type: 'image_url', index: 1, image_url: url('Qg==') },
      ],
    })
  })

  it('is content: an image alone ends well, whatever else Google says', () => {
    expect(both([image('QQ==')], {}, {}, 'OTHER')).toMatchObject({
      finish: 'stop',
      message: { content: '' },
    })
  })

  it('while it thinks stays inside', () => {
    const { message } = both([{ ...image('QQ=='), thought: true }, { text: 'Done.' }])
    expect(message).toEqual({ ...MESSAGE, content: 'Done.' })
  })

  it('is told as audio with what is said in it', () => {
    const parts = [{ inlineData: { mimeType: 'audio/mpeg', data: 'QQ==' } }, { text: 'Hello' }]
    const audio = {
      id: 'audio_chatcmpl1',
      expires_at: CONTEXT.created + 3600,
      data: 'QQ==',
      transcript: 'Hello',
    }
    const keepsText = { keepsText: true }
    expect(both(parts, keepsText).message['audio']).toEqual(audio)
    expect(both(parts.slice(0, 1), keepsText).message).toMatchObject({
      content: null,
      audio: { transcript: '' },
    })
  })

  it.each<[string, Part]>([
    ['no type', { inlineData: { data: 'QQ==' } as never }],
    ['no data', { inlineData: { mimeType: 'image/png' } as never }],
  ])('is left out where it has %s', (_, part) => {
    expect(both([part, { text: 'a' }]).message).toEqual({ ...MESSAGE, content: 'a' })
  })
})

describe('code that Google ran', () => {
  it('is shown as Markdown, in a fence that holds', () => {
    const parts: Part[] = [
      { text: 'Let me count.' },
      { executableCode: { language: 'PYTHON', code: 'print("```")\n' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '```' } },
      { text: 'So.' },
    ]
    expect(both(parts).message['content']).toBe(
      'Let me count.\n````python\nprint("```")\n````\n\n````\n```\n````\nSo.',
    )
  })

  it.each([
    ['wrote nothing', { outcome: 'OUTCOME_OK' }, ''],
    ['failed', { outcome: 'OUTCOME_FAILED', output: 'No.' }, '\n```\nNo.\n```\n'],
    ['failed without a word', { outcome: 'OUTCOME_FAILED' }, '\n```\nThe code failed.\n```\n'],
    [
      'was stopped',
      { outcome: 'OUTCOME_DEADLINE_EXCEEDED' },
      '\n```\nThe code ran for too long and was stopped.\n```\n',
    ],
  ])('and that %s', (_, codeExecutionResult, told) => {
    const parts: Part[] = [
      { executableCode: { language: 'PYTHON', code: 'f()' } },
      { codeExecutionResult },
      { text: 'So.' },
    ]
    expect(both(parts).message['content']).toBe(`\n\`\`\`python\nf()\n\`\`\`\n${told}So.`)
  })

  it('and other traces of its own tools are no part of the answer', () => {
    const parts = [{ toolCall: { id: 'a' } } as Part, { toolResponse: {} } as Part, { text: 'a' }]
    expect(both(parts).message).toEqual({ ...MESSAGE, content: 'a' })
  })
})

describe('several choices', () => {
  const answers = ['one', 'two'].map((text) => ({
    ...chunk([{ text }], { finishReason: 'STOP' }),
    usageMetadata: {
      promptTokenCount: 5,
      candidatesTokenCount: 1,
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 1 }],
    },
  }))
  const usage = toUsage({
    promptTokenCount: 10,
    candidatesTokenCount: 2,
    candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 2 }],
  })

  it('have indexes from 0, and their use summed', () => {
    expect(
      toChatCompletionOf(
        answers.map((response) => ({ response, plan: PLAIN })),
        CONTEXT,
      ),
    ).toMatchObject({
      completion: {
        choices: [
          { index: 0, message: { content: 'one' } },
          { index: 1, message: { content: 'two' } },
        ],
        usage,
      },
    })
  })

  it('stream side by side, and end once', () => {
    const group = new ChoiceGroup(2)
    const plan = { ...PLAIN, includeUsage: true }
    const streams = [0, 1].map((index) => new ChatStream(CONTEXT, plan, index, group))
    let text = ''
    for (const [index, stream] of streams.entries()) text += stream.encode(answers[index] ?? {})
    for (const stream of streams) text += stream.end().frames
    expect([0, 1].map((index) => read(text, index).message['content'])).toEqual(['one', 'two'])
    expect(text.match(/\[DONE\]/g)).toHaveLength(1)
    expect(text).toContain(`"choices":[],"usage":${JSON.stringify(usage)}`)
  })

  it('fail together: after the error of one nothing comes from another', () => {
    const group = new ChoiceGroup(2)
    const [one, other] = [0, 1].map((index) => new ChatStream(CONTEXT, PLAIN, index, group))
    one?.encode(chunk([{ text: 'a' }]))
    expect(one?.end().frames).toContain('upstream_truncated')
    expect(other?.encode(chunk([{ text: 'b' }], { finishReason: 'STOP' }))).toBe('')
    expect(other?.end().frames).toBe('')
    expect(other?.fail({ reason: 'internal_error', message: '' })).toBe('')
  })
})

describe('usage', () => {
  it('tells audio tokens where Google does', () => {
    const details = [
      { modality: 'TEXT', tokenCount: 3 },
      { modality: 'AUDIO', tokenCount: 7 },
    ]
    expect(
      toUsage({
        promptTokenCount: 10,
        candidatesTokenCount: 8,
        promptTokensDetails: details,
        candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 8 }],
      }),
    ).toMatchObject({
      prompt_tokens_details: { audio_tokens: 7 },
      completion_tokens_details: { audio_tokens: 8 },
    })
  })
})

import { describe, expect, it } from 'vitest'
import type { GenerateContentRequest } from '../../../src/gemini/types.ts'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'

function translate(body: Record<string, unknown>): ReturnType<typeof toGeminiRequest> {
  const parsed = parseChatRequest({ model: 'gemini-2.5-flash', ...body })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return toGeminiRequest(parsed.chat)
}

function requestOf(body: Record<string, unknown>): GenerateContentRequest {
  const translated = translate(body)
  if (!translated.ok) throw new Error(translated.failure.message)
  return translated.request
}

function say(role: string, content: unknown): Record<string, unknown> {
  return { role, content }
}

function turn(role: string, ...texts: string[]): Record<string, unknown> {
  return { role, parts: texts.map((text) => ({ text })) }
}

function system(...texts: string[]): Record<string, unknown> {
  return { parts: texts.map((text) => ({ text })) }
}

const BLANK = turn('user', ' ')
const CONTINUE = turn('user', 'Continue from exactly where your last message ends.')

describe('the conversation', () => {
  it.each<[string, unknown[], Record<string, unknown>]>([
    [
      'is sent in turns',
      [say('user', 'a'), say('assistant', 'b'), say('user', 'c')],
      { contents: [turn('user', 'a'), turn('model', 'b'), turn('user', 'c')] },
    ],
    [
      'has its system texts apart, in their order',
      [say('system', 's1'), say('developer', 's2'), say('user', 'a')],
      { contents: [turn('user', 'a')], systemInstruction: system('s1', 's2') },
    ],
    [
      'takes system texts from after the user too',
      [say('user', 'a'), say('developer', 's'), say('user', 'b')],
      { contents: [turn('user', 'a', 'b')], systemInstruction: system('s') },
    ],
    [
      'is a question when it holds system texts alone',
      [say('system', 's1'), say('system', 's2')],
      { contents: [turn('user', 's1', 's2')] },
    ],
    [
      'is a question when the user says nothing',
      [say('system', 's'), say('user', '')],
      { contents: [turn('user', 's')] },
    ],
    [
      'merges neighbours of the same role',
      [
        say('user', 'a'),
        say('user', 'b'),
        say('model', 'c'),
        say('assistant', 'd'),
        say('user', 'e'),
      ],
      { contents: [turn('user', 'a', 'b'), turn('model', 'c', 'd'), turn('user', 'e')] },
    ],
    [
      'keeps the parts of a message apart',
      [
        say('user', [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ]),
      ],
      { contents: [turn('user', 'a', 'b')] },
    ],
    [
      'skips empty texts',
      [
        say('user', [
          { type: 'text', text: '' },
          { type: 'text', text: 'a' },
        ]),
        say('user', ''),
      ],
      { contents: [turn('user', 'a')] },
    ],
    [
      'drops answers without content, and merges around them',
      [say('user', 'a'), say('assistant', null), say('user', 'b')],
      { contents: [turn('user', 'a', 'b')] },
    ],
    [
      'keeps a refusal as what the model said',
      [say('user', 'a'), { role: 'assistant', content: null, refusal: 'no' }, say('user', 'b')],
      { contents: [turn('user', 'a'), turn('model', 'no'), turn('user', 'b')] },
    ],
    [
      'begins with a blank turn when the model spoke first',
      [say('assistant', 'welcome'), say('user', 'a')],
      { contents: [BLANK, turn('model', 'welcome'), turn('user', 'a')] },
    ],
    [
      'asks to go on when the model spoke last',
      [say('user', 'a'), say('assistant', 'b')],
      { contents: [turn('user', 'a'), turn('model', 'b'), CONTINUE] },
    ],
    [
      'does both when only the model spoke',
      [say('system', 's'), say('assistant', 'b')],
      { contents: [BLANK, turn('model', 'b'), CONTINUE], systemInstruction: system('s') },
    ],
  ])('%s', (_, messages, request) => {
    expect(requestOf({ messages })).toEqual(request)
  })

  it.each<[string, unknown[]]>([
    ['an empty user text', [say('user', '')]],
    ['an empty list of parts', [say('user', [])]],
    ['an answer without content', [say('assistant', null)]],
    ['empty texts all over', [say('system', ''), say('user', ''), say('assistant', '')]],
  ])('is refused when it holds nothing: %s', (_, messages) => {
    expect(translate({ messages })).toMatchObject({
      ok: false,
      failure: { reason: 'invalid_value', param: 'messages' },
    })
  })

  it('may have very many parts', () => {
    const content = Array.from({ length: 150_000 }, () => ({ type: 'text', text: 'a' }))
    const translated = translate({ messages: [say('user', content)] })
    expect(translated.ok && translated.request.contents[0]?.parts.length).toBe(150_000)
  })
})

describe('the generation config', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown> | undefined]>([
    ['is left out when nothing is set', {}, undefined],
    ['is left out when all is null', { temperature: null, max_tokens: null }, undefined],
    ['takes max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
    [
      'prefers max_completion_tokens',
      { max_tokens: 5, max_completion_tokens: 6 },
      { maxOutputTokens: 6 },
    ],
    ['reads -1 as unset', { max_tokens: 5, max_completion_tokens: -1 }, { maxOutputTokens: 5 }],
    ['reads 0 as unset', { max_tokens: 0 }, undefined],
    ['takes a temperature of 0', { temperature: 0 }, { temperature: 0 }],
    ['takes top_p', { top_p: 0.5 }, { topP: 0.5 }],
    ['leaves out a top_p of 0', { top_p: 0 }, undefined],
    ['takes top_k', { top_k: 40 }, { topK: 40 }],
    ['leaves out a top_k of 0', { top_k: 0 }, undefined],
    ['takes one stop', { stop: 'END' }, { stopSequences: ['END'] }],
    ['drops empty stops', { stop: ['', 'END'] }, { stopSequences: ['END'] }],
    ['has no stops when all are empty', { stop: [''] }, undefined],
    [
      'keeps five stops',
      { stop: ['1', '2', '', '3', '4', '5'] },
      { stopSequences: ['1', '2', '3', '4', '5'] },
    ],
    ['takes a seed', { seed: -7 }, { seed: -7 }],
    ['wraps a seed to 32 bits', { seed: 2 ** 32 + 5 }, { seed: 5 }],
    [
      'takes penalties, but none of 0',
      { presence_penalty: 1, frequency_penalty: 0 },
      { presencePenalty: 1 },
    ],
    [
      'takes logprobs',
      { logprobs: true, top_logprobs: 3 },
      { responseLogprobs: true, logprobs: 3 },
    ],
    ['takes no top_logprobs without logprobs', { top_logprobs: 3 }, undefined],
    ['drops what Google does not know', { logit_bias: {}, user: 'u', min_p: 1 }, undefined],
  ])('%s', (_, fields, generationConfig) => {
    expect(requestOf({ messages: [say('user', 'a')], ...fields })).toEqual({
      contents: [turn('user', 'a')],
      ...(generationConfig !== undefined && { generationConfig }),
    })
  })
})

import { describe, expect, it } from 'vitest'
import { toChatCompletion } from '../support/chat-completion.ts'
import { PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import { toUsage } from '../../../src/dialects/openai-chat/answer/usage.ts'
import type { GenerateContentResponse, Part } from '../../../src/gemini/types.ts'

const CONTEXT = { id: 'chatcmpl-1', created: 1_795_360_000, model: 'm' }

function answer(finishReason: string | undefined, ...parts: Part[]): GenerateContentResponse {
  const content = { role: 'model', parts }
  return { candidates: [{ content, ...(finishReason !== undefined && { finishReason }) }] }
}

const ZERO_USAGE = {
  prompt_tokens: 0,
  completion_tokens: 0,
  total_tokens: 0,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
}

describe('a completion', () => {
  it('has all that clients require, and no more', () => {
    expect(toChatCompletion(answer('STOP', { text: 'hello' }), CONTEXT, PLAIN)).toEqual({
      ok: true,
      completion: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_795_360_000,
        model: 'm',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'hello', refusal: null },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: ZERO_USAGE,
      },
      signatures: [[]],
    })
  })

  it('joins texts, and keeps thoughts out of them', () => {
    const response = answer(
      'STOP',
      { text: 'first ', thought: true },
      { text: 'a' },
      { text: 'second', thought: true },
      { text: 'b' },
      { thoughtSignature: 'c2ln' },
    )
    expect(toChatCompletion(response, CONTEXT, PLAIN)).toMatchObject({
      completion: {
        choices: [{ message: { content: 'ab', reasoning_content: 'first second' } }],
      },
    })
  })

  it.each<[string, GenerateContentResponse, string | null, string]>([
    ['MAX_TOKENS is length', answer('MAX_TOKENS', { text: 'a' }), 'a', 'length'],
    [
      'MAX_TOKENS with nothing but thoughts is an empty length',
      answer('MAX_TOKENS', { text: 't', thought: true }),
      '',
      'length',
    ],
    [
      'MAX_TOKENS without parts is an empty length',
      { candidates: [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS' }] },
      '',
      'length',
    ],
    [
      'MAX_TOKENS without content is an empty length',
      { candidates: [{ finishReason: 'MAX_TOKENS' }] },
      '',
      'length',
    ],
    ['CONTINUATION is length', answer('CONTINUATION', { text: 'a' }), 'a', 'length'],
    ['STOP without text is an empty stop', answer('STOP'), '', 'stop'],
    [
      'SAFETY after some text keeps the text',
      answer('SAFETY', { text: 'a' }),
      'a',
      'content_filter',
    ],
    ['SAFETY without text has null content', answer('SAFETY'), null, 'content_filter'],
    ['RECITATION is a filter', answer('RECITATION', { text: 'a' }), 'a', 'content_filter'],
    ['LANGUAGE is a filter', answer('LANGUAGE', { text: 'a' }), 'a', 'content_filter'],
    ['OTHER with text is a stop', answer('OTHER', { text: 'a' }), 'a', 'stop'],
    ['an unknown reason with text is a stop', answer('NEW_REASON', { text: 'a' }), 'a', 'stop'],
    [
      'a blocked prompt has null content',
      { promptFeedback: { blockReason: 'SAFETY' } },
      null,
      'content_filter',
    ],
    [
      'a blocked prompt may have an empty list of candidates',
      { candidates: [], promptFeedback: { blockReason: 'OTHER' } },
      null,
      'content_filter',
    ],
  ])('%s', (_, response, content, finish_reason) => {
    expect(toChatCompletion(response, CONTEXT, PLAIN)).toMatchObject({
      ok: true,
      completion: { choices: [{ message: { content }, finish_reason }] },
    })
  })

  it('says why a prompt was blocked, but repeats nothing that is not an enum', () => {
    const refusal = (blockReason: string): unknown =>
      toChatCompletion({ promptFeedback: { blockReason } }, CONTEXT, PLAIN)
    expect(refusal('SAFETY')).toMatchObject({
      completion: {
        choices: [{ message: { refusal: 'The prompt was blocked by Google (SAFETY).' } }],
      },
    })
    expect(refusal('your text was bad')).toMatchObject({
      completion: {
        choices: [{ message: { refusal: 'The prompt was blocked by Google (UNKNOWN).' } }],
      },
    })
  })

  it.each<[string, GenerateContentResponse, string]>([
    ['there is no candidate', {}, 'upstream_truncated'],
    ['there is no finish reason', answer(undefined, { text: 'a' }), 'upstream_truncated'],
    ['OTHER comes without text', answer('OTHER'), 'upstream_error'],
    [
      'OTHER comes with thoughts alone',
      answer('OTHER', { text: 't', thought: true }),
      'upstream_error',
    ],
    ['a malformed call comes without text', answer('MALFORMED_FUNCTION_CALL'), 'upstream_error'],
    ['an unknown reason comes without text', answer('NEW_REASON'), 'upstream_error'],
    [
      'a function is called that nobody offered',
      answer('STOP', { functionCall: { name: 'f' } }),
      'upstream_error',
    ],
  ])('fails when %s', (_, response, reason) => {
    expect(toChatCompletion(response, CONTEXT, PLAIN)).toMatchObject({
      ok: false,
      failure: { reason },
    })
  })
})

describe('usage', () => {
  it('is zeros where Google says nothing', () => {
    expect(toUsage(undefined)).toEqual(ZERO_USAGE)
    expect(toUsage({})).toEqual(ZERO_USAGE)
  })

  it('counts thoughts as completion and tool prompts as prompt', () => {
    const meta = {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 3,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 17,
      thoughtsTokenCount: 24,
      totalTokenCount: 51,
    }
    expect(toUsage(meta)).toMatchObject({
      prompt_tokens: 13,
      completion_tokens: 41,
      total_tokens: 54,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 24 },
    })
  })

  it('counts what it can of an answer that thinking ate', () => {
    expect(toUsage({ promptTokenCount: 5, thoughtsTokenCount: 8 })).toMatchObject({
      prompt_tokens: 5,
      completion_tokens: 8,
      total_tokens: 13,
    })
  })
})

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import { useGoogle } from './google.ts'

const google = await useGoogle()

async function onGeminiApi(path: string, body: JsonObject): Promise<Response> {
  const { handle } = await google.control.registerApiKey()
  return google.post(`/v1beta/models/${path}`, body, { 'x-goog-api-key': handle })
}

async function onVertex(path: string, body: JsonObject): Promise<Response> {
  const models = '/v1/projects/p1/locations/global/publishers/google/models'
  return google.post(`${models}/${path}`, body, await google.bearer())
}

function content(text: string): JsonObject {
  return { parts: [{ text }] }
}

function batchOf(size: number, model = 'gemini-embedding-001'): JsonObject {
  const requests = Array.from({ length: size }, (_, index) => ({
    model: `models/${model}`,
    content: content(`text ${index}`),
  }))
  return { requests }
}

describe('embeddings on the Gemini API', () => {
  it('come in the order of the batch, without usage', async () => {
    const answer = await onGeminiApi('gemini-embedding-001:batchEmbedContents', batchOf(100))
    const body = (await answer.json()) as { embeddings: { values: number[] }[] }
    expect(Object.keys(body)).toEqual(['embeddings'])
    expect(body.embeddings).toHaveLength(100)
    const alone = await onGeminiApi('gemini-embedding-001:embedContent', {
      content: content('text 7'),
    })
    expect(await alone.json()).toEqual({ embedding: body.embeddings[7] })
  })

  it('are unit vectors whole, and none when cut short', async () => {
    const norm = async (config: JsonObject): Promise<number> => {
      const body = { content: content('a'), ...config }
      const answer = await onGeminiApi('gemini-embedding-001:embedContent', body)
      const { embedding } = (await answer.json()) as { embedding: { values: number[] } }
      return Math.hypot(...embedding.values)
    }
    expect(await norm({})).toBeCloseTo(1, 6)
    expect(await norm({ outputDimensionality: 768 })).toBeLessThan(0.7)
  })

  it.each<[string, string, JsonObject, number, string]>([
    ['101 in a batch', 'gemini-embedding-001:batchEmbedContents', batchOf(101), 400, 'at most 100'],
    [
      'an empty batch',
      'gemini-embedding-001:batchEmbedContents',
      { requests: [] },
      400,
      'requests is',
    ],
    [
      'another model within a batch',
      'gemini-embedding-001:batchEmbedContents',
      batchOf(1, 'gemini-embedding-2'),
      400,
      'does not match',
    ],
    [
      'no text',
      'gemini-embedding-001:embedContent',
      { content: content('') },
      400,
      'content is not',
    ],
    [
      'more dimensions than there are',
      'gemini-embedding-001:embedContent',
      { content: content('a'), outputDimensionality: 3073 },
      400,
      'range [1, 3072]',
    ],
    [
      'a task type of nobody',
      'gemini-embedding-001:embedContent',
      { content: content('a'), taskType: 'SEARCH' },
      400,
      'task_type',
    ],
    [
      'a chat model',
      'gemini-2.5-flash:embedContent',
      { content: content('a') },
      404,
      'not supported for',
    ],
    [
      'a model of Vertex alone',
      'text-embedding-005:batchEmbedContents',
      batchOf(1),
      404,
      'not found',
    ],
    [
      'generation by a model that embeds',
      'gemini-embedding-001:generateContent',
      { contents: [{ role: 'user', ...content('a') }] },
      404,
      'not supported for generateContent',
    ],
  ])('refuses %s', async (_, path, body, code, message) => {
    const error = await google.errorOf(await onGeminiApi(path, body))
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })
})

describe('embeddings on Vertex', () => {
  it('of `predict` count the tokens of each text', async () => {
    const instances = [{ content: 'one two' }, { content: 'three', task_type: 'CLUSTERING' }]
    const answer = await onVertex('text-embedding-005:predict', { instances, parameters: {} })
    expect(await answer.json()).toMatchObject({
      predictions: [
        { embeddings: { statistics: { truncated: false, token_count: 2 } } },
        { embeddings: { statistics: { token_count: 2 } } },
      ],
    })
  })

  it('of `embedContent` come one at a time, with usage', async () => {
    const embedContentConfig = { outputDimensionality: 256, taskType: 'RETRIEVAL_QUERY' }
    const body = { content: { role: 'user', ...content('one two') }, embedContentConfig }
    const answer = await onVertex('gemini-embedding-2:embedContent', body)
    const { embedding, usageMetadata } = (await answer.json()) as {
      embedding: { values: number[] }
      usageMetadata: JsonObject
    }
    expect(embedding.values).toHaveLength(256)
    expect(usageMetadata).toMatchObject({ promptTokenCount: 2 })
  })

  it.each<[string, string, JsonObject, string]>([
    [
      'a second text to gemini-embedding-001',
      'gemini-embedding-001:predict',
      { instances: [{ content: 'a' }, { content: 'b' }] },
      'takes at most 1',
    ],
    [
      'a 251st text',
      'text-embedding-005:predict',
      { instances: Array.from({ length: 251 }, () => ({ content: 'a' })) },
      'takes at most 250',
    ],
    ['no text', 'text-embedding-005:predict', { instances: [{ content: '' }] }, 'content is empty'],
    [
      'a field that an instance does not have',
      'text-embedding-005:predict',
      { instances: [{ content: 'a', taskKind: 'x' }] },
      'unknown field taskKind',
    ],
    [
      'a chat model',
      'gemini-2.5-flash:predict',
      { instances: [{ content: 'a' }] },
      'cannot be accessed',
    ],
    [
      'embedContent of a model for predict',
      'gemini-embedding-001:embedContent',
      { content: content('a') },
      'use predict',
    ],
    [
      'the Gemini API’s place for settings',
      'gemini-embedding-2:embedContent',
      { content: content('a'), outputDimensionality: 256 },
      'Unknown name "outputDimensionality"',
    ],
  ])('refuses %s', async (_, path, body, message) => {
    const error = await google.errorOf(await onVertex(path, body))
    expect(error.code).toBe(400)
    expect(error.message).toContain(message)
  })
})

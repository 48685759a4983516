import { describe, expect, it } from 'vitest'
import { toModelInfo } from '../../../src/dialects/openai-models/litellm.ts'
import { toModel, toModelList } from '../../../src/dialects/openai-models/list.ts'
import { listModels } from '../../../src/gemini/models/find-model.ts'
import { modelsFor, type Reachable } from '../../../src/gemini/models/listing.ts'

const EVERYTHING: Reachable = {
  credentials: (['gemini-api', 'vertex', 'code-assist'] as const).map((upstream) => ({
    upstream,
    models: null,
    without: [],
  })),
  models: null,
  aliases: {},
}

function idsFor(reach: Partial<Reachable>): string[] {
  return modelsFor({ ...EVERYTHING, ...reach }).map(({ id }) => id)
}

function only(upstream: 'gemini-api' | 'vertex' | 'code-assist', more: object = {}) {
  return { credentials: [{ upstream, models: null, without: [], ...more }] }
}

describe('the models of a user', () => {
  it('are all of the catalogue where every upstream is there', () => {
    expect(idsFor({})).toEqual(listModels().map(({ id }) => id))
  })

  it('are none where there are no credentials', () => {
    expect(idsFor({ credentials: [] })).toEqual([])
  })

  it('are those of the upstreams that credentials lead to', () => {
    const codeAssist = idsFor(only('code-assist'))
    expect(codeAssist).toContain('gemini-2.5-pro')
    expect(codeAssist).toContain('gemini-3.5-flash')
    expect(codeAssist).not.toContain('gemini-embedding-001')
    expect(codeAssist).not.toContain('gemini-3.8-flash-tts')
    expect(idsFor(only('gemini-api'))).not.toContain('text-embedding-005')
    expect(idsFor(only('vertex'))).toContain('text-embedding-005')
  })

  it('are no more than an admin allows the user and the credential', () => {
    expect(idsFor({ models: ['gemini-2.5-pro'] })).toEqual(['gemini-2.5-pro'])
    expect(idsFor(only('vertex', { models: ['gemini-2.5-pro'] }))).toEqual(['gemini-2.5-pro'])
  })

  it('are not those that Google has just said it does not have', () => {
    const without = ['gemini-2.5-pro']
    expect(idsFor(only('vertex', { without }))).not.toContain('gemini-2.5-pro')
  })

  it('may be models that only the admin knows of', () => {
    const models = ['gemini-5-unheard-of', 'gemini-2.5-pro']
    expect(idsFor({ models })).toEqual(['gemini-2.5-pro', 'gemini-5-unheard-of'])
  })

  it('are none of Anthropic’s, which Google never serves, except as names of the user’s own', () => {
    const models = ['gemini-2.5-flash', 'claude-sonnet-4-5', 'claude-haiku-4-5']
    const aliases = { 'claude-haiku-4-5': 'gemini-2.5-flash', mine: 'claude-sonnet-4-5' }
    expect(idsFor({ models, aliases })).toEqual(['gemini-2.5-flash', 'claude-haiku-4-5'])
  })

  it('are listed under the user’s own names too, which go before Google’s', () => {
    const aliases = {
      fast: 'gemini-2.5-flash',
      'gemini-2.5-pro': 'gemini-3.8-flash',
      lost: 'gemini-2.5-flash-lite',
    }
    const models = ['gemini-2.5-flash', 'gemini-3.8-flash']
    const listed = modelsFor({ ...EVERYTHING, models, aliases })
    expect(listed.map(({ id, target }) => [id, target])).toEqual([
      ['gemini-3.8-flash', 'gemini-3.8-flash'],
      ['gemini-2.5-flash', 'gemini-2.5-flash'],
      ['fast', 'gemini-2.5-flash'],
      ['gemini-2.5-pro', 'gemini-3.8-flash'],
    ])
  })
})

describe('the model list', () => {
  const list = toModelList(modelsFor(EVERYTHING))

  it('has no pages and no error key', () => {
    expect(Object.keys(list)).toEqual(['object', 'data'])
    expect(list.object).toBe('list')
  })

  it.each(list.data.map((model) => [model.id, model] as const))(
    'has what every client needs of %s, and no name that is null',
    (id, model) => {
      expect(model).toMatchObject({ id, object: 'model', owned_by: 'google' })
      expect(Number.isSafeInteger(model.created)).toBe(true)
      expect(model).toHaveProperty('name', expect.stringMatching(/./))
    },
  )

  it('says no price rather than a false one, and true abilities', () => {
    const [flash] = modelsFor({ ...EVERYTHING, models: ['gemini-2.5-flash'] })
    expect(flash && toModel(flash)).toEqual({
      id: 'gemini-2.5-flash',
      object: 'model',
      created: 1_750_118_400,
      owned_by: 'google',
      name: 'Gemini 2.5 Flash',
      canonical_slug: 'gemini-2.5-flash',
      context_length: 1_048_576,
      max_completion_tokens: 65_536,
      architecture: {
        modality: 'text+image+audio+video+file->text',
        input_modalities: ['text', 'image', 'audio', 'video', 'file'],
        output_modalities: ['text'],
        tokenizer: 'Gemini',
        instruct_type: null,
      },
      top_provider: {
        context_length: 1_048_576,
        max_completion_tokens: 65_536,
        is_moderated: false,
      },
      per_request_limits: null,
      supported_parameters: expect.arrayContaining(['tools', 'reasoning', 'structured_outputs']),
    })
  })

  it.each([
    ['gemini-3.1-flash-image', 'text+image->text+image'],
    ['gemini-3.8-flash-tts', 'text->audio'],
    ['gemini-embedding-001', 'text->embeddings'],
  ])('says of %s that it is %s', (id, modality) => {
    expect(list.data.find((model) => model.id === id)).toMatchObject({ architecture: { modality } })
  })

  it('says of a model it does not know only that it is there', () => {
    const [model] = modelsFor({ ...EVERYTHING, models: ['gemini-5-unheard-of'] })
    expect(model && toModel(model)).toEqual({
      id: 'gemini-5-unheard-of',
      object: 'model',
      created: 0,
      owned_by: 'google',
    })
  })

  it('has LiteLLM’s form too', () => {
    const aliases = { fast: 'gemini-2.5-flash' }
    const models = ['gemini-2.5-flash']
    expect(toModelInfo(modelsFor({ ...EVERYTHING, models, aliases })).data[1]).toMatchObject({
      model_name: 'fast',
      litellm_params: { model: 'gemini/gemini-2.5-flash' },
      model_info: {
        mode: 'chat',
        max_input_tokens: 1_048_576,
        max_output_tokens: 65_536,
        supports_vision: true,
        supports_function_calling: true,
      },
    })
  })
})

import { describe, expect, it } from 'vitest'
import { toModel, toModelList } from '../../src/dialects/openai-chat/models.ts'
import { listModels } from '../../src/gemini/catalogue.ts'

describe('the model list', () => {
  const list = toModelList(listModels())

  it("is OpenAI's list, without pages and without an error key (E87)", () => {
    expect(Object.keys(list)).toEqual(['object', 'data'])
    expect(list.object).toBe('list')
    expect(list.data.length).toBe(listModels().length)
  })

  it.each(list.data.map((model) => [model.id, model] as const))(
    'has what every client needs of %s (E47, E88)',
    (id, model) => {
      expect(model).toMatchObject({ id, object: 'model', owned_by: 'google' })
      expect(Number.isSafeInteger(model.created)).toBe(true)
      expect(model.name).not.toBe('')
    },
  )

  it('claims only what this version can do, and no price (E89)', () => {
    const flash = listModels().find(({ id }) => id === 'gemini-2.5-flash')
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
        modality: 'text->text',
        input_modalities: ['text'],
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
      supported_parameters: ['temperature', 'top_p', 'top_k', 'max_tokens', 'stop', 'seed'],
    })
  })
})

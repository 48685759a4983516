/**
 * The same list as LiteLLM's `/v1/model/info`, which Cline and Roo read in their LiteLLM mode (docs/clients.md: Lists
 * of models).
 */
import type { Kind } from '../../gemini/models/catalogue.ts'
import type { Listed } from '../../gemini/models/listing.ts'

const MODES: Readonly<Record<Kind, string>> = {
  text: 'chat',
  image: 'chat',
  speech: 'audio_speech',
  embedding: 'embedding',
}

/** Without prices, like the list of models. */
export function toModelInfo(models: readonly Listed[]): { readonly data: readonly object[] } {
  return {
    data: models.map(({ id, target, model }) => ({
      model_name: id,
      litellm_params: { model: `gemini/${target}` },
      model_info: {
        id,
        litellm_provider: 'gemini',
        ...(model === null
          ? {}
          : {
              mode: MODES[model.kind],
              max_tokens: model.maxOutput,
              max_output_tokens: model.maxOutput,
              max_input_tokens: model.contextWindow,
              supports_vision: model.input.includes('image'),
              supports_pdf_input: model.input.includes('pdf'),
              supports_audio_input: model.input.includes('audio'),
              supports_function_calling: model.kind === 'text',
              supports_response_schema: model.kind === 'text',
              supports_reasoning: model.kind === 'text',
              supports_prompt_caching: model.kind === 'text',
            }),
      },
    })),
  }
}

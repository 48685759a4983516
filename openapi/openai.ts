import * as v from 'valibot'
import { FILE_FORM, FILE_QUERY } from '../src/dialects/openai-files/body.ts'
import { AUDIO_FORMS } from '../src/dialects/openai-audio/body.ts'
import { chatRequest } from '../src/dialects/openai-chat/body/schema.ts'
import { completionRequest } from '../src/dialects/openai-completions/body.ts'
import { embeddingRequest } from '../src/dialects/openai-embeddings/body.ts'
import { imageRequest } from '../src/dialects/openai-images/body.ts'
import { responsesRequest } from '../src/dialects/openai-responses/body.ts'
import { speechRequest } from '../src/dialects/openai-speech/body.ts'
import { answers } from './answers.ts'
import { ok, type Operation, type Operations } from './operation.ts'

/** Google's own settings, each in both spellings. Listing them would double this document. */
const googles = v.nullish(
  v.pipe(v.looseObject({}), v.description('As the Gemini API has it, in camelCase or snake_case')),
)

const chat = v.object({
  ...chatRequest().entries,
  speech_config: googles,
  speechConfig: googles,
  generation_config: googles,
  generationConfig: googles,
  google: googles,
  extra_body: googles,
})

const inGoogle = { google: googles, extra_body: googles }
const images = v.object({ ...imageRequest().entries, ...inGoogle })
const embeddings = v.object({ ...embeddingRequest().entries, ...inGoogle })
const speech = v.object({ ...speechRequest().entries, ...inGoogle })

/** Items and tools are described in words: there are many kinds, and each one's refusal says what is wrong. */
const responses = v.object({
  ...responsesRequest().entries,
  instructions: v.nullish(v.string()),
  input: v.nullish(
    v.pipe(v.unknown(), v.description('A text, or the items of a conversation as OpenAI has them')),
  ),
  tools: v.nullish(v.array(v.looseObject({ type: v.string() }))),
  tool_choice: v.nullish(v.unknown()),
  conversation: v.nullish(v.pipe(v.unknown(), v.description('An id, or an object with one'))),
})

const conversation = v.object({
  metadata: v.nullish(v.record(v.string(), v.string())),
  items: v.nullish(v.array(v.looseObject({}))),
})

/** Statuses of refusals of everything that goes through the ring. */
const OF_A_JOURNEY = [404, 429, 502, 503, 504]

function stored(summary: string): Operation {
  return {
    who: 'user',
    summary,
    description: 'Nothing is stored, so this is always a 404.',
    answers: {},
    refusals: [404],
  }
}

const OF_FILES = [400, 404, 429, 501, 502, 503, 504]
const FILE = v.looseObject({ id: v.optional(v.string()) })

/** OpenAI's routes, which exist under other roots too. */
export const openai: Operations = {
  'POST /v1/chat/completions': {
    who: 'user',
    summary: 'A chat, as OpenAI has it; streamed or not',
    description:
      'Fields that are not named here are ignored. A 429 or 503 comes only where no credential of the ring can serve, and says when one can.',
    body: chat,
    answers: {
      200: {
        description: 'The answer; with `stream`, server-sent events of chunks',
        schema: answers.chat,
        mediaTypes: ['application/json', 'text/event-stream'],
      },
    },
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/responses': {
    who: 'user',
    summary: 'A response, as OpenAI has it; streamed or not',
    description:
      'Fields that are not named here are ignored, but for `background` and `prompt`, which are refused. The response and what stood before it are stored for a while unless `store` is false or an admin says so.',
    body: responses,
    answers: {
      200: {
        description: 'The response; with `stream`, server-sent events',
        schema: answers.response,
        mediaTypes: ['application/json', 'text/event-stream'],
      },
    },
    refusals: OF_A_JOURNEY,
  },
  'GET /v1/responses': {
    who: 'user',
    summary: 'Where clients ask for a WebSocket, which there is none of',
    answers: {},
    refusals: [405, 426],
  },
  'POST /v1/responses/compact': {
    who: 'user',
    summary: 'A conversation, made shorter',
    body: responses,
    answers: ok('One item that stands for all that was said', answers.compaction),
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/responses/input_tokens': {
    who: 'user',
    summary: 'How long a request would be, by estimate',
    body: responses,
    answers: ok('The count', answers.inputTokens),
    refusals: [404],
  },
  'GET /v1/responses/{id}': {
    who: 'user',
    summary: 'A stored response; with `stream=true` its events once more',
    answers: {
      200: {
        description: 'The response, or its events from the one after `starting_after` on',
        schema: answers.response,
        mediaTypes: ['application/json', 'text/event-stream'],
      },
    },
    refusals: [404],
  },
  'DELETE /v1/responses/{id}': {
    who: 'user',
    summary: 'Delete a stored response',
    answers: ok('It is gone', answers.deleted),
    refusals: [404],
  },
  'POST /v1/responses/{id}/cancel': {
    who: 'user',
    summary: 'Cancel a response in the background, of which there are none',
    answers: {},
    refusals: [400],
  },
  'GET /v1/responses/{id}/input_items': {
    who: 'user',
    summary: 'What stood before a stored response',
    answers: ok('A page of items', answers.items),
    refusals: [404],
  },
  'POST /v1/conversations': {
    who: 'user',
    summary: 'Make a conversation',
    body: conversation,
    answers: ok('The conversation', answers.conversation),
    refusals: [404],
  },
  'GET /v1/conversations/{id}': {
    who: 'user',
    summary: 'A conversation',
    answers: ok('The conversation', answers.conversation),
    refusals: [404],
  },
  'POST /v1/conversations/{id}': {
    who: 'user',
    summary: 'Put other metadata in place of a conversation’s',
    body: v.object({ metadata: v.nullable(v.record(v.string(), v.string())) }),
    answers: ok('The conversation', answers.conversation),
    refusals: [404],
  },
  'DELETE /v1/conversations/{id}': {
    who: 'user',
    summary: 'Delete a conversation with its items',
    answers: ok('It is gone', answers.deleted),
    refusals: [404],
  },
  'GET /v1/conversations/{id}/items': {
    who: 'user',
    summary: 'The items of a conversation',
    answers: ok('A page of items', answers.items),
    refusals: [404],
  },
  'POST /v1/conversations/{id}/items': {
    who: 'user',
    summary: 'Add items to a conversation',
    body: v.object({ items: conversation.entries.items }),
    answers: ok('What was added', answers.items),
    refusals: [404],
  },
  'GET /v1/conversations/{id}/items/{item}': {
    who: 'user',
    summary: 'An item of a conversation',
    answers: ok('The item', answers.item),
    refusals: [404],
  },
  'DELETE /v1/conversations/{id}/items/{item}': {
    who: 'user',
    summary: 'Take an item out of a conversation',
    answers: ok('The conversation', answers.conversation),
    refusals: [404],
  },
  'POST /v1/files': {
    who: 'user',
    summary: 'Uploads a file to Google, with one credential, which alone can read it',
    body: FILE_FORM(),
    bodyType: 'multipart/form-data',
    answers: ok('The file', FILE),
    refusals: OF_FILES,
  },
  'GET /v1/files': {
    who: 'user',
    summary: 'The files of this key, of all credentials; asked as Google is, in its form',
    query: FILE_QUERY(),
    answers: ok('One page', v.looseObject({ data: v.optional(v.array(FILE)) })),
    refusals: OF_FILES,
  },
  'GET /v1/files/{id}': {
    who: 'user',
    summary: 'One file; asked as Google is, in its form, and with `:download` what is in it',
    answers: ok('The file', FILE),
    refusals: OF_FILES,
  },
  'DELETE /v1/files/{id}': {
    who: 'user',
    summary: 'Deletes a file, and what was kept of it',
    answers: ok('It is gone', v.looseObject({})),
    refusals: OF_FILES,
  },
  'GET /v1/files/{id}/content': {
    who: 'user',
    summary: 'What is in a file, where it was kept or Google has made it',
    answers: {
      200: { description: 'Its bytes', mediaTypes: ['application/octet-stream'] },
    },
    refusals: OF_FILES,
  },
  'GET /v1/models': {
    who: 'user',
    summary: 'The models that this key can reach',
    answers: ok('All models', answers.models),
  },
  'GET /v1/models/{id}': {
    who: 'user',
    summary: 'One of the models that this key can reach',
    answers: ok('The model', answers.model),
  },
  'GET /v1/model/info': {
    who: 'user',
    summary: "The same models, as LiteLLM's clients read them",
    answers: ok('The models', answers.modelInfo),
  },
  'GET /v1/chat/completions': {
    who: 'user',
    summary: 'Stored chats, of which there are none',
    answers: ok('An empty list', answers.stored),
  },
  'GET /v1/chat/completions/{id}': stored('A stored chat'),
  'POST /v1/chat/completions/{id}': stored('Change a stored chat'),
  'DELETE /v1/chat/completions/{id}': stored('Delete a stored chat'),
  'POST /v1/completions': {
    who: 'user',
    summary: 'A completion of a text, as OpenAI had it before chats; streamed or not',
    body: completionRequest(),
    answers: {
      200: {
        description: 'The text; with `stream`, server-sent events',
        schema: answers.completion,
        mediaTypes: ['application/json', 'text/event-stream'],
      },
    },
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/embeddings': {
    who: 'user',
    summary: 'Vectors for texts',
    body: embeddings,
    answers: ok('One vector a text, in their order', answers.embeddings),
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/images/generations': {
    who: 'user',
    summary: 'Pictures from a description',
    body: images,
    answers: ok('The pictures', answers.images),
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/audio/speech': {
    who: 'user',
    summary: 'A text, spoken',
    body: speech,
    answers: { 200: { description: 'The sound', mediaTypes: ['audio/wav', 'audio/pcm'] } },
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/audio/transcriptions': {
    who: 'user',
    summary: 'What is said in a recording; streamed or not',
    body: AUDIO_FORMS().transcribe,
    bodyType: 'multipart/form-data',
    answers: {
      200: {
        description: 'The transcript, in the format that was asked for',
        schema: answers.transcript,
        mediaTypes: ['application/json', 'text/plain', 'text/event-stream'],
      },
    },
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/audio/translations': {
    who: 'user',
    summary: 'The same, in English',
    body: AUDIO_FORMS().translate,
    bodyType: 'multipart/form-data',
    answers: {
      200: {
        description: 'The transcript, in the format that was asked for',
        schema: answers.transcript,
        mediaTypes: ['application/json', 'text/plain'],
      },
    },
    refusals: OF_A_JOURNEY,
  },
}

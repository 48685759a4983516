import * as v from 'valibot'
import { chatRequest } from '../src/dialects/openai-chat/schema.ts'
import { answers } from './answers.ts'
import { ok, type Operations } from './operation.ts'

/** Google's own settings, each in both spellings: to spell them out would make this document twice as long. */
const googles = v.nullish(
  v.pipe(v.looseObject({}), v.description('As the Gemini API has it, in camelCase or snake_case')),
)

const chat = v.object({
  ...chatRequest.entries,
  speech_config: googles,
  speechConfig: googles,
  generation_config: googles,
  generationConfig: googles,
  google: googles,
  extra_body: googles,
})

export const service: Operations = {
  'GET /': { who: 'everyone', summary: 'What this is', answers: ok('A greeting', answers.root) },
  'GET /health': { who: 'everyone', summary: 'It runs', answers: ok('It runs', answers.health) },
  'GET /openapi.json': {
    who: 'everyone',
    summary: 'This document',
    answers: ok('An OpenAPI 3.1 document'),
  },
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
    refusals: [404, 429, 502, 503, 504],
  },
  'GET /v1/models': {
    who: 'user',
    summary: 'The model catalogue',
    answers: ok('All models', answers.models),
  },
  'GET /v1/models/{id}': {
    who: 'user',
    summary: 'One model of the catalogue',
    answers: ok('The model', answers.model),
  },
  'GET /v1/key': {
    who: 'user',
    summary: 'The own limits, use and ring',
    answers: ok('What the holder of a key may know of it', answers.key),
  },
}

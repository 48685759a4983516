import * as v from 'valibot'
import { countable, generating } from '../src/dialects/anthropic-messages/body/fields.ts'
import { ok, type Operations } from './operation.ts'

const message = v.looseObject({
  id: v.string(),
  type: v.literal('message'),
  role: v.literal('assistant'),
  model: v.string(),
  content: v.array(v.looseObject({ type: v.string() })),
  stop_reason: v.nullable(v.string()),
  stop_sequence: v.null(),
  usage: v.looseObject({ input_tokens: v.number(), output_tokens: v.number() }),
})

/** Statuses of refusals of everything that goes through the ring. */
const OF_A_JOURNEY = [404, 429, 503, 504]

/** Anthropic's routes, which exist under other roots too. Refusals are in Anthropic's form. */
export const anthropic: Operations = {
  'POST /v1/messages': {
    who: 'user',
    summary: 'A message, as Anthropic has it; streamed or not',
    description:
      'Fields that are not named here are ignored. Refusals have the form {"type": "error", "error": {"type", "message"}, "request_id"}.',
    body: generating(),
    answers: {
      200: {
        description: 'The answer; with `stream`, server-sent events',
        schema: message,
        mediaTypes: ['application/json', 'text/event-stream'],
      },
    },
    refusals: OF_A_JOURNEY,
  },
  'POST /v1/messages/count_tokens': {
    who: 'user',
    summary: 'About how many tokens a prompt has; counts against no limit',
    body: countable(),
    answers: ok('The count', v.object({ input_tokens: v.number() })),
  },
}

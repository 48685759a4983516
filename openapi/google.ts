import * as v from 'valibot'
import { ok, type Operation, type Operations } from './operation.ts'

const OF_A_JOURNEY = [404, 429, 501, 502, 503, 504]
const LINK = 'As Google has it: https://ai.google.dev/api'

/** What Google writes, which is Google's to describe. */
const googles = v.pipe(v.looseObject({}), v.description(LINK))

const asked: Operation = {
  who: 'user',
  summary: "Gemini's own API: generates, streams, counts, embeds",
  description:
    'The body goes to Google as it is, and the answer comes as it came. Without `alt=sse` a stream is a JSON array. The key may also stand in `?key=`.',
  body: googles,
  answers: {
    200: {
      description: 'The answer of Google',
      schema: googles,
      mediaTypes: ['application/json', 'text/event-stream'],
    },
  },
  refusals: OF_A_JOURNEY,
}

const list: Operation = {
  who: 'user',
  summary: 'The models that this key can reach, as Google lists them',
  query: v.object({ pageSize: v.optional(v.string()), pageToken: v.optional(v.string()) }),
  answers: ok('One page', googles),
}

const model: Operation = {
  who: 'user',
  summary: 'One model, as Google describes it',
  answers: ok('The model', googles),
}

const CALL = 'models/{model}:{method}'
const LOCATION = 'projects/{project}/locations/{location}'

/** Routes of Google's own; what both families have is described with OpenAI's. */
export const google: Operations = {
  [`POST /v1/${CALL}`]: asked,
  [`POST /v1beta/${CALL}`]: asked,
  [`POST /v1alpha/${CALL}`]: asked,
  [`POST /${CALL}`]: asked,
  'GET /v1beta/models': list,
  'GET /v1alpha/models': list,
  'GET /v1beta/models/{id}': model,
  'GET /v1alpha/models/{id}': model,
  ...Object.fromEntries(
    ['v1', 'v1beta1'].flatMap((version): [string, Operation][] => [
      [`POST /${version}/publishers/google/${CALL}`, asked],
      [`POST /${version}/${LOCATION}/publishers/google/${CALL}`, asked],
      [`GET /${version}/publishers/google/models`, list],
    ]),
  ),
}

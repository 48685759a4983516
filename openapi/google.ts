import * as v from 'valibot'
import { ok, type Operation, type Operations } from './operation.ts'

const OF_A_JOURNEY = [404, 429, 501, 502, 503, 504]
const LINK = 'As Google has it: https://ai.google.dev/api'

/** The answer is Google's, and Google's documentation describes it. */
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

const PAGE = v.object({ pageSize: v.optional(v.string()), pageToken: v.optional(v.string()) })

const list: Operation = {
  who: 'user',
  summary: 'The models that this key can reach, as Google lists them',
  query: PAGE,
  answers: ok('One page', googles),
}

const model: Operation = {
  who: 'user',
  summary: 'One model, as Google describes it',
  answers: ok('The model', googles),
}

const CALL = 'models/{model}:{method}'
const LOCATION = 'projects/{project}/locations/{location}'

/** Google's own routes. Those that OpenAI has too are described with OpenAI's. */
export const google: Operations = {
  [`POST /v1/${CALL}`]: asked,
  [`POST /v1beta/${CALL}`]: asked,
  [`POST /v1alpha/${CALL}`]: asked,
  [`POST /${CALL}`]: asked,
  'GET /v1beta/models': list,
  'GET /v1alpha/models': list,
  'GET /v1beta/models/{id}': model,
  'GET /v1alpha/models/{id}': model,
  ...Object.fromEntries(['/v1', '/v1beta', '/v1alpha'].flatMap(thingsAt)),
  ...Object.fromEntries(
    ['v1', 'v1beta1']
      .flatMap((version) => [version, `${version}/${LOCATION}`])
      .flatMap((root): [string, Operation][] => [
        [`POST /${root}/publishers/google/${CALL}`, asked],
        [`GET /${root}/publishers/google/models`, list],
        [`GET /${root}/publishers/google/models/{id}`, model],
      ]),
  ),
}

function thing(summary: string, rest: Partial<Operation> = {}): Operation {
  return { who: 'user', summary, answers: ok('As Google describes it', googles), ...rest }
}

/** The paths under `/v1/files` are described with OpenAI's routes, which share them. */
function filesAt(version: string): [string, Operation][] {
  const refusals = OF_A_JOURNEY
  const page = { query: PAGE, refusals }
  return [
    [`GET ${version}/files`, thing('Files, of all credentials one after the other', page)],
    [`GET ${version}/files/{id}`, thing('One file; with `:download` what is in it', { refusals })],
    [`DELETE ${version}/files/{id}`, thing('Deletes a file', { refusals })],
  ]
}

/** Things that only one credential knows: each request goes to their owner. */
function thingsAt(version: string): [string, Operation][] {
  const refusals = OF_A_JOURNEY
  const upload = thing('Begins an upload, or takes the bytes of one: by its own address alone', {
    who: 'everyone',
    refusals: [...refusals, 401, 403],
  })
  const page = { query: PAGE, refusals }
  const made = { body: googles, refusals }
  return [
    [`POST /upload${version}/files`, upload],
    [`PUT /upload${version}/files`, upload],
    [
      `GET /download${version}/files/{id}`,
      thing('What is in a file, with `:download`', { refusals }),
    ],
    ...(version === '/v1' ? [] : filesAt(version)),
    [`POST ${version}/cachedContents`, thing('Caches content for a model', made)],
    [`GET ${version}/cachedContents`, thing('Cached contents of all credentials', page)],
    [`GET ${version}/cachedContents/{id}`, thing('One cached content', { refusals })],
    [`PATCH ${version}/cachedContents/{id}`, thing('Changes how long it is kept', made)],
    [`DELETE ${version}/cachedContents/{id}`, thing('Deletes a cached content', { refusals })],
    [`GET ${version}/batches`, thing('Batches of all credentials', page)],
    [`GET ${version}/batches/{id}`, thing('One batch', { refusals })],
    [`POST ${version}/batches/{id}`, thing('Ends a batch, with `:cancel`', { refusals })],
    [`DELETE ${version}/batches/{id}`, thing('Deletes a batch', { refusals })],
    [`POST ${version}/interactions`, thing('An interaction, streamed or not', made)],
    [
      `GET ${version}/interactions/{id}`,
      thing('One interaction, or the rest of its stream', { refusals }),
    ],
    [`POST ${version}/interactions/{id}/cancel`, thing('Ends an interaction', { refusals })],
    [`DELETE ${version}/interactions/{id}`, thing('Deletes an interaction', { refusals })],
  ]
}

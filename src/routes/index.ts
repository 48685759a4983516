import { ANTHROPIC_FAMILY } from '../dialects/anthropic-messages/family.ts'
import { readPrompt } from '../dialects/anthropic-messages/count.ts'
import { ANTHROPIC_MESSAGES } from '../dialects/anthropic-messages/index.ts'
import {
  modelNamed,
  standInNamed,
  toAnthropicModels,
  toModelAsked,
} from '../dialects/anthropic-messages/models.ts'
import type { Family } from '../dialects/dialect.ts'
import { GEMINI_COUNT } from '../dialects/gemini-native/count.ts'
import { GEMINI_BATCH_EMBED, GEMINI_EMBED } from '../dialects/gemini-native/embed.ts'
import { GOOGLE_FAMILY } from '../dialects/gemini-native/family.ts'
import { GEMINI_GENERATE, GEMINI_STREAM } from '../dialects/gemini-native/index.ts'
import { toGeminiModel, toGeminiModelList } from '../dialects/gemini-native/models.ts'
import { OPENAI_TRANSCRIPTIONS, OPENAI_TRANSLATIONS } from '../dialects/openai-audio/index.ts'
import { OPENAI_CHAT } from '../dialects/openai-chat/index.ts'
import { OPENAI_COMPLETIONS } from '../dialects/openai-completions/index.ts'
import { OPENAI_EMBEDDINGS } from '../dialects/openai-embeddings/index.ts'
import { toModelInfo } from '../dialects/openai-models/litellm.ts'
import { toModel, toModelList } from '../dialects/openai-models/list.ts'
import { OPENAI_FILES } from '../dialects/openai-files/index.ts'
import { OPENAI_IMAGES } from '../dialects/openai-images/index.ts'
import { RESPONSES_FAMILY } from '../dialects/openai-responses/family.ts'
import { OPENAI_COMPACTION, OPENAI_RESPONSES } from '../dialects/openai-responses/index.ts'
import { STORED_RESPONSES } from '../dialects/openai-responses/stored.ts'
import { OPENAI_SPEECH } from '../dialects/openai-speech/index.ts'
import { OPENAI_FAMILY } from '../dialects/openai/family.ts'
import { type Access, everyone, leasingUser, user } from './access.ts'
import type { Call, Reply, Unanswered } from './call.ts'
import { countTokens } from './service/count-tokens.ts'
import { generate } from './service/generate.ts'
import {
  addItems,
  createConversation,
  deleteConversation,
  deleteItem,
  getConversation,
  getItem,
  listItems,
  updateConversation,
} from './service/conversations.ts'
import { inputTokens } from './service/input-tokens.ts'
import {
  cancelResponse,
  deleteResponse,
  getResponse,
  listInput,
  noWebSocket,
} from './service/responses.ts'
import { embeddings } from './service/embeddings.ts'
import { hello } from './public/hello.ts'
import { health, welcome } from './public/health.ts'
import { getKey } from './service/key.ts'
import { describedModel, modelCall } from './service/model-call.ts'
import { countMessages } from './service/messages-count.ts'
import { getModel, listModels } from './service/models.ts'
import { byFamily } from './service/by-family.ts'
import { getFile as getGooglesFile } from './service/things/files.ts'
import { FILES } from './service/things/kinds.ts'
import { allThings } from './service/things/list.ts'
import { makeBatch, makeEmbeddingBatch } from './service/things/make.ts'
import { createFile } from './service/things/create-file.ts'
import { deleteFile, getContent, getFile, listFiles } from './service/things/openai-files.ts'
import { getStored, listStored, notServed } from './service/not-served.ts'
import { ownRequests } from './usage/requests.ts'
import { openapi } from './public/openapi.ts'
import { page } from './public/page.ts'
import { readiness } from './public/readiness.ts'
import { ANTHROPIC_ROOTS, OTHER_ROOTS } from './service/roots.ts'

import { ADMIN } from './admin/rows.ts'
import type { Route, Row } from './route.ts'
import { deleteGooglesFile, thingsAt } from './service/things/rows.ts'
const NO_UPLOAD: Unanswered = {
  reason: 'method_not_allowed',
  message: 'Not allowed to POST here: files are uploaded with POST /upload/v1/files.',
  headers: new Headers({ allow: 'GET, HEAD' }),
}

const HEALTH = '/health'
const READY = '/health/ready'
/** Probes ask these every few seconds. */
export const PROBES: readonly string[] = [HEALTH, READY]

const modelList = byFamily({
  openai: listModels(toModelList),
  anthropic: listModels(toAnthropicModels),
  google: listModels(toGeminiModelList),
})
const oneGeminiModel = describedModel(getModel(toGeminiModel))
const oneModel = byFamily({
  openai: getModel(toModel),
  anthropic: getModel(toModelAsked, modelNamed, standInNamed),
  google: oneGeminiModel,
})

/** For paths that several families have: families whose files Pollux does not serve there. */
const NOT_THEIRS = { anthropic: notServed, google: notServed }

const uploadHere = user(byFamily({ ...NOT_THEIRS, openai: createFile(OPENAI_FILES) }))
/** Google's clients upload at another path, so for them this one does not exist, while the other routes of files do. */
const uploadFile: Access = Object.assign(
  async (call: Call): Promise<Reply> =>
    call.family.name === 'google' ? NO_UPLOAD : uploadHere(call),
  { who: uploadHere.who },
)

/** Anthropic's routes. Its list of models shares OpenAI's path. */
const ANTHROPIC: readonly Row[] = [
  ['POST', '/v1/messages', leasingUser(generate(ANTHROPIC_MESSAGES))],
  ['POST', '/v1/messages/count_tokens', leasingUser(countMessages(readPrompt))],
]

/** OpenAI's routes. HEAD is answered wherever GET is. */
const OPENAI: readonly Row[] = [
  ['POST', '/v1/chat/completions', leasingUser(generate(OPENAI_CHAT))],
  ['GET', '/v1/chat/completions', user(listStored)],
  ['GET', '/v1/chat/completions/:id+', user(getStored)],
  ['POST', '/v1/chat/completions/:id+', user(getStored)],
  ['DELETE', '/v1/chat/completions/:id+', user(getStored)],
  ['POST', '/v1/responses', leasingUser(generate(OPENAI_RESPONSES)), RESPONSES_FAMILY],
  ['GET', '/v1/responses', user(noWebSocket), RESPONSES_FAMILY],
  ['POST', '/v1/responses/compact', leasingUser(generate(OPENAI_COMPACTION)), RESPONSES_FAMILY],
  ['POST', '/v1/responses/input_tokens', user(inputTokens(OPENAI_RESPONSES)), RESPONSES_FAMILY],
  ['GET', '/v1/responses/:id', user(getResponse(STORED_RESPONSES)), RESPONSES_FAMILY],
  ['DELETE', '/v1/responses/:id', user(deleteResponse), RESPONSES_FAMILY],
  ['POST', '/v1/responses/:id/cancel', user(cancelResponse), RESPONSES_FAMILY],
  ['GET', '/v1/responses/:id/input_items', user(listInput(STORED_RESPONSES)), RESPONSES_FAMILY],
  ['POST', '/v1/conversations', user(createConversation(STORED_RESPONSES))],
  ['GET', '/v1/conversations/:id', user(getConversation)],
  ['POST', '/v1/conversations/:id', user(updateConversation)],
  ['DELETE', '/v1/conversations/:id', user(deleteConversation)],
  ['GET', '/v1/conversations/:id/items', user(listItems(STORED_RESPONSES))],
  ['POST', '/v1/conversations/:id/items', user(addItems(STORED_RESPONSES))],
  ['GET', '/v1/conversations/:id/items/:item', user(getItem(STORED_RESPONSES))],
  ['DELETE', '/v1/conversations/:id/items/:item', user(deleteItem)],
  ['POST', '/v1/completions', leasingUser(generate(OPENAI_COMPLETIONS))],
  ['POST', '/v1/images/generations', leasingUser(generate(OPENAI_IMAGES))],
  ['POST', '/v1/audio/speech', leasingUser(generate(OPENAI_SPEECH))],
  ['POST', '/v1/audio/transcriptions', user(generate(OPENAI_TRANSCRIPTIONS))],
  ['POST', '/v1/audio/translations', user(generate(OPENAI_TRANSLATIONS))],
  ['POST', '/v1/embeddings', leasingUser(embeddings(OPENAI_EMBEDDINGS))],
  ['POST', '/v1/files', uploadFile, 'shared'],
  [
    'GET',
    '/v1/files',
    user(byFamily({ ...NOT_THEIRS, openai: listFiles(OPENAI_FILES), google: allThings(FILES) })),
    'shared',
  ],
  [
    'GET',
    '/v1/files/:id',
    user(byFamily({ ...NOT_THEIRS, openai: getFile(OPENAI_FILES), google: getGooglesFile })),
    'shared',
  ],
  [
    'DELETE',
    '/v1/files/:id',
    user(byFamily({ ...NOT_THEIRS, openai: deleteFile, google: deleteGooglesFile })),
    'shared',
  ],
  ['GET', '/v1/files/:id/content', user(byFamily({ ...NOT_THEIRS, openai: getContent })), 'shared'],
  ['GET', '/v1/models', leasingUser(modelList), 'shared'],
  ['GET', '/v1/models/:id+', leasingUser(oneModel), 'shared'],
  ['GET', '/v1/model/info', leasingUser(listModels(toModelInfo))],
]

/** Google's versions, which all lead to the same routes. Pollux always asks Google for v1beta. */
const GOOGLE_VERSIONS = ['/v1', '/v1beta', '/v1alpha']

const askModel = modelCall({
  generateContent: generate(GEMINI_GENERATE),
  streamGenerateContent: generate(GEMINI_STREAM),
  countTokens: countTokens(GEMINI_COUNT),
  embedContent: embeddings(GEMINI_EMBED),
  batchEmbedContents: embeddings(GEMINI_BATCH_EMBED),
  batchGenerateContent: makeBatch,
  asyncBatchEmbedContent: makeEmbeddingBatch,
})

/** The paths of Vertex AI. Project and location are ignored: the ring decides. */
const askVertexModel = modelCall({
  generateContent: generate(GEMINI_GENERATE),
  streamGenerateContent: generate(GEMINI_STREAM),
  countTokens: countTokens(GEMINI_COUNT),
})

const GOOGLE: readonly Row[] = [
  ...GOOGLE_VERSIONS.flatMap(thingsAt),
  ...GOOGLE_VERSIONS.map((version): Row => [
    'POST',
    `${version}/models/:call+`,
    leasingUser(askModel),
  ]),
  // LiteLLM leaves out the version if its base URL has none.
  ['POST', '/models/:call+', leasingUser(askModel)],
  ...GOOGLE_VERSIONS.slice(1).flatMap((version): Row[] => [
    ['GET', `${version}/models`, leasingUser(listModels(toGeminiModelList))],
    ['GET', `${version}/models/:id+`, leasingUser(oneGeminiModel)],
  ]),
  ...['/v1', '/v1beta1'].flatMap((version) =>
    ['', '/projects/:project/locations/:location'].flatMap((place): Row[] => {
      const models = `${version}${place}/publishers/google/models`
      return [
        ['POST', `${models}/:call+`, leasingUser(askVertexModel)],
        ['GET', models, leasingUser(listModels(toGeminiModelList))],
        ['GET', `${models}/:id+`, leasingUser(oneGeminiModel)],
      ]
    }),
  ),
]

/** Pollux's own routes. */
const OWN: readonly Row[] = [
  ['GET', '/', everyone(welcome)],
  ['GET', '/page', everyone(page)],
  ['GET', '/page/:file+', everyone(page)],
  ['GET', HEALTH, everyone(health)],
  ['GET', READY, everyone(readiness)],
  ['GET', '/api/hello', everyone(hello)],
  ['GET', '/openapi.json', everyone(openapi)],
  ['GET', '/v1/key', user(getKey)],
  ['GET', '/v1/requests', user(ownRequests)],
]

/** Pollux's own routes tell errors as OpenAI's do. */
const OWN_FAMILY = OPENAI_FAMILY

export const SERVICE: readonly Route[] = [
  ...rowsOf(OWN_FAMILY, OWN),
  ...rowsOf(OPENAI_FAMILY, OPENAI),
  ...rowsOf(GOOGLE_FAMILY, GOOGLE),
  ...rowsOf(ANTHROPIC_FAMILY, ANTHROPIC),
  ...ANTHROPIC_ROOTS.flatMap((root) => rowsOf(ANTHROPIC_FAMILY, under(root, ANTHROPIC))),
  ...OTHER_ROOTS.flatMap((root) => rowsOf(OPENAI_FAMILY, under(root, OPENAI))),
]

export const ADMINISTRATION: readonly Route[] = rowsOf(OWN_FAMILY, ADMIN)

/** The whole API. */
export const ROUTES: readonly Route[] = [...SERVICE, ...ADMINISTRATION]

function rowsOf(family: Family, rows: readonly Row[]): readonly Route[] {
  return rows.map(([method, path, access, whose = family]) => [method, path, access, whose])
}

/** The same routes under another root, where some clients look for them. */
function under(root: string, rows: readonly Row[]): readonly Row[] {
  return rows.map(([method, path, access, whose]): Row => {
    const moved = path.replace(/^\/v1/, root)
    return whose === undefined ? [method, moved, access] : [method, moved, access, whose]
  })
}

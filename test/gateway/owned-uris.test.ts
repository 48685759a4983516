import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { native, NATIVE_BODY, nativeStream } from '../support/native.ts'
import {
  admin,
  callsOf,
  chat,
  configure,
  fetchPollux,
  MODEL,
  type ErrorBody,
  givenUser,
  google,
  post,
  type User,
} from '../support/pollux.ts'

const FILE = 'https://generativelanguage.googleapis.com/v1beta/files/abc-1'
const CHAT_FIELD = 'messages[0].content[0].video_url.url'
const NATIVE_FIELD = 'contents[0].parts[0].fileData.fileUri'

function film(url: string): Record<string, unknown> {
  const content = [{ type: 'video_url', video_url: { url } }]
  return { messages: [{ role: 'user', content }] }
}

function nativeFilm(fileUri: string): object {
  const fileData = { fileUri, mimeType: 'video/mp4' }
  return { contents: [{ role: 'user', parts: [{ fileData }, { text: 'What is it?' }] }] }
}

async function asked(user: User): Promise<number> {
  const calls = await Promise.all(user.credentials.map(({ handle }) => callsOf(handle)))
  return calls.flat().length
}

/** The answer, and what Google was asked for it. */
async function outcome(user: User, answer: Response): Promise<object> {
  return { status: answer.status, text: await answer.text(), asked: await asked(user) }
}

function refusing(field: string): object {
  return { status: 400, text: expect.stringContaining(field), asked: 0 }
}

/** Leaves the same pin as an upload through the user's ring. */
async function pinned(user: User, id: string): Promise<void> {
  const [credential] = user.credentials
  const pins = [{ kind: 'file', id, expiresAt: Date.now() + 60_000 }] as const
  await runInDurableObject(env.USERS.getByName(user.userId), (object) =>
    object.keepPins(pins, credential?.id ?? ''),
  )
}

const HI = [{ role: 'user', content: 'Hi' }]

/** The test creates six users one after the other. */
const SLOW = { timeout: 20_000 }

describe('an address of Cloud Storage', () => {
  it.each(['service_account', 'api_key', 'authorized_user'] as const)(
    'is refused before Google is asked, unless an admin has allowed it (%s)',
    async (kind) => {
      const user = await givenUser([kind])
      const url = 'gs://bucket/film.mp4'
      expect(await outcome(user, await chat(user.key, film(url)))).toMatchObject(
        refusing(CHAT_FIELD),
      )
      expect(
        await outcome(user, await chat(user.key, { ...film(url), stream: true })),
      ).toMatchObject(refusing(CHAT_FIELD))
      expect(await outcome(user, await chat(user.key, { ...film(url), n: 2 }))).toMatchObject(
        refusing(CHAT_FIELD),
      )
      expect(await outcome(user, await native(user.key, nativeFilm(url)))).toMatchObject(
        refusing(NATIVE_FIELD),
      )
      expect(await outcome(user, await nativeStream(user.key, nativeFilm(url)))).toMatchObject(
        refusing(NATIVE_FIELD),
      )
      const counting = { method: 'countTokens' }
      expect(await outcome(user, await native(user.key, nativeFilm(url), counting))).toMatchObject(
        refusing(NATIVE_FIELD),
      )
    },
  )

  const image = { type: 'url', url: 'gs://bucket/a.png' }
  const input_image = { type: 'input_image', image_url: 'gs://bucket/a.png' }
  const input_file = { type: 'input_file', file_url: 'gs://bucket/a.pdf' }
  const part = { fileData: { fileUri: 'gs://bucket/a.png', mimeType: 'image/png' } }
  const said = (content: object): object => ({ messages: [{ role: 'user', content: [content] }] })
  const put = (content: object): object => ({ input: [{ role: 'user', content: [content] }] })
  const claude = { model: MODEL, max_tokens: 100 }
  it.each([
    ['/v1/messages', { ...claude, ...said({ type: 'image', source: image }) }, 'source'],
    ['/v1/messages', { ...claude, ...said({ type: 'document', source: image }) }, 'source'],
    ['/v1/responses', { model: MODEL, ...put(input_image) }, 'image_url'],
    ['/v1/responses', { model: MODEL, ...put(input_file) }, 'file_url'],
    ['/v1beta/models/gemini-embedding-2:embedContent', { content: { parts: [part] } }, 'fileUri'],
    [
      '/v1beta/models/gemini-embedding-2:batchEmbedContents',
      { requests: [{ model: 'models/gemini-embedding-2', content: { parts: [part] } }] },
      'fileUri',
    ],
  ])('is refused by every dialect that may name one: %s, %j', SLOW, async (path, body, field) => {
    for (const kind of ['service_account', 'api_key', 'authorized_user'] as const) {
      const user = await givenUser([kind])
      for (const stream of [false, true]) {
        if (stream && !/messages$|responses$/.test(path)) continue
        const answer = await post(path, user.key, stream ? { ...body, stream } : body)
        const { status, text } = (await outcome(user, answer)) as { status: number; text: string }
        expect({ status, text }).toMatchObject({ status: 400 })
        expect(text).toContain(field)
        const calls = await Promise.all(
          user.credentials.map(({ handle }) => google.calls({ credential: handle })),
        )
        expect(calls.flat().filter(({ method }) => /content|tokens|predict/i.test(method))).toEqual(
          [],
        )
      }
    }
  })

  it.each([
    ['of the bucket', ['gs://bucket'], 'gs://bucket/film.mp4', 200],
    ['of the folder', ['gs://other/', 'gs://bucket/films/'], 'gs://bucket/films/a.mp4', 200],
    ['of another folder', ['gs://bucket/films/'], 'gs://bucket/film.mp4', 400],
    ['of a bucket whose name begins so', ['gs://bucket'], 'gs://bucket2/film.mp4', 400],
    ['that leads out of the folder', ['gs://bucket/films/'], 'gs://bucket/films/../a.mp4', 400],
  ])('%s', async (_, media_uris, url, status) => {
    const user = await givenUser(['service_account'])
    await configure(user, { media_uris })
    expect((await chat(user.key, film(url))).status).toBe(status)
    expect((await native(user.key, nativeFilm(url))).status).toBe(status)
    expect(await asked(user)).toBe(status === 200 ? 2 : 0)
  })

  it.each([
    ['in snake case', { file_data: { file_uri: 'gs://bucket/a.mp4', mime_type: 'video/mp4' } }],
    [
      'in the result of a function',
      {
        functionResponse: {
          name: 'f',
          response: {},
          parts: [{ fileData: { fileUri: 'gs://bucket/a.png', mimeType: 'image/png' } }],
        },
      },
    ],
  ])('is found %s', async (_, part) => {
    const user = await givenUser(['service_account'])
    const body = { contents: [{ role: 'user', parts: [part] }] }
    expect(await outcome(user, await native(user.key, body))).toMatchObject(
      refusing('contents[0].parts[0]'),
    )
    const systemInstruction = { parts: [part] }
    const framed = { ...NATIVE_BODY, systemInstruction }
    expect(await outcome(user, await native(user.key, framed))).toMatchObject(
      refusing('systemInstruction.parts[0]'),
    )
  })

  it.each(['gs:\\/\\/bucket\\/a.mp4', '\\u0067s://bucket/a.mp4', 'GS://bucket/a.mp4'])(
    'is found as it may be written: %s',
    async (uri) => {
      const user = await givenUser(['service_account'])
      const name = 'file\\u0055ri'
      const text = JSON.stringify(nativeFilm('URI')).replace('fileUri', name).replace('URI', uri)
      expect(await outcome(user, await native(user.key, text))).toMatchObject(
        refusing(NATIVE_FIELD),
      )
    },
  )
})

describe('what makes a thing of Google’s', () => {
  const parts = [{ fileData: { fileUri: 'gs://bucket/a.mp4', mimeType: 'video/mp4' } }]
  const contents = [{ role: 'user', parts }]
  const requests = { requests: [{ request: { contents } }] }
  it.each([
    ['cachedContents', { model: `models/${MODEL}`, contents }, 'contents[0].parts[0]'],
    [
      `models/${MODEL}:batchGenerateContent`,
      { batch: { inputConfig: { requests } } },
      'batch.inputConfig.requests.requests[0].request.contents[0].parts[0].fileData.fileUri',
    ],
    [
      `models/${MODEL}:batchGenerateContent`,
      { batch: { inputConfig: { fileName: 'files/abc-1' } } },
      'batch.inputConfig.fileName',
    ],
    [
      'interactions',
      { model: MODEL, input: [{ type: 'video', uri: FILE, mime_type: 'video/mp4' }] },
      'input[0].uri',
    ],
  ])('is held to the same: %s', async (path, body, field) => {
    const user = await givenUser(['api_key'])
    const answer = await fetchPollux(`/v1beta/${path}`, {
      method: 'POST',
      headers: { 'x-goog-api-key': user.key, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(await outcome(user, answer)).toMatchObject(refusing(field))
  })

  it('may have such an address in data, in which Google looks for no file', async () => {
    const user = await givenUser(['api_key'])
    const args = { fileUri: 'gs://bucket/a.mp4' }
    const made = { functionCall: { name: 'look', args } }
    const result = { functionResponse: { name: 'look', response: args } }
    const answer = await native(user.key, {
      contents: [
        ...NATIVE_BODY.contents,
        { role: 'model', parts: [made] },
        { role: 'user', parts: [result] },
      ],
    })
    expect(answer.status).toBe(200)
  })
})

describe('a file of the Files API', () => {
  it.each([
    FILE,
    'files/abc-1',
    'https://generativelanguage.googleapis.com/v1alpha/files/abc-1',
    'https://generativelanguage.googleapis.com/v1beta/files/abc-1?alt=media',
  ])('is refused where this user did not upload it: %s', async (uri) => {
    const user = await givenUser(['api_key'])
    expect(await outcome(user, await native(user.key, nativeFilm(uri)))).toMatchObject(
      refusing(NATIVE_FIELD),
    )
  })

  it('is refused in a chat, by the field that names it', async () => {
    const user = await givenUser(['api_key'])
    expect(await outcome(user, await chat(user.key, film(FILE)))).toMatchObject(
      refusing(CHAT_FIELD),
    )
  })

  it('is asked for where it went up through the ring of this user, and of no other', async () => {
    const [user, other] = [await givenUser(['api_key']), await givenUser(['api_key'])]
    await pinned(user, 'abc-1')
    await native(user.key, nativeFilm(FILE))
    await chat(user.key, film(FILE))
    expect(await asked(user)).toBe(2)
    expect(await outcome(other, await native(other.key, nativeFilm(FILE)))).toMatchObject(
      refusing(NATIVE_FIELD),
    )
  })

  it('is asked for where an admin has allowed all of them', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, {
      media_uris: ['https://generativelanguage.googleapis.com/v1beta/files/'],
    })
    await native(user.key, nativeFilm('files/abc-1'))
    expect(await asked(user)).toBe(1)
  })

  it('cannot hide among very many', async () => {
    const user = await givenUser(['api_key'])
    await pinned(user, 'abc-1')
    const part = (fileUri: string): object => ({ fileData: { fileUri, mimeType: 'video/mp4' } })
    const parts = [...Array.from({ length: 150 }, () => part(FILE)), part('files/not-mine')]
    const answer = await native(user.key, { contents: [{ role: 'user', parts }] })
    expect(answer.status).toBe(400)
    expect(await asked(user)).toBe(0)
  })
})

const CACHE = 'projects/p-1/locations/global/cachedContents/123'

describe('a cache of Vertex AI, and the place where it is to put what it makes', () => {
  it.each([
    ['/v1beta/models/gemini-2.5-flash:generateContent', { ...NATIVE_BODY, cachedContent: CACHE }],
    ['/v1beta/models/gemini-2.5-flash:generateContent', { ...NATIVE_BODY, cached_content: CACHE }],
    [
      '/v1beta/models/gemini-2.5-flash:generateContent',
      { ...NATIVE_BODY, outputConfig: { outputUriPrefix: 'gs://bucket/x' } },
    ],
    ['/v1/chat/completions', { messages: HI, cached_content: CACHE }],
    ['/v1/messages', { messages: HI, max_tokens: 100, cached_content: CACHE }],
    ['/v1/responses', { input: 'Hi', cached_content: CACHE }],
    ['/v1/completions', { prompt: 'Hi', cached_content: CACHE }],
  ])(
    'are refused before Google is asked, unless an admin has allowed them: %s, %j',
    async (path, body) => {
      const user = await givenUser(['service_account'])
      const sent = path.includes(':') ? body : { model: MODEL, ...body }
      const refused = await post(path, user.key, sent)
      expect(await outcome(user, refused)).toMatchObject({
        status: 400,
        text: expect.stringContaining('media_uris') as string,
        asked: 0,
      })
      const media_uris = ['gs://bucket/', 'projects/p-1/locations/global/cachedContents/']
      await configure(user, { media_uris })
      await (await post(path, user.key, sent)).text()
      expect(await asked(user)).toBe(1)
    },
  )
})

const STORE = 'projects/p-1/locations/global/collections/default_collection/dataStores/salaries'
const SECRET = 'projects/p-1/secrets/s/versions/1'
const SERVICE_ACCOUNT = 'admin@p-1.iam.gserviceaccount.com'
const external = (how: object): object => ({
  retrieval: { externalApi: { endpoint: 'https://example.com', ...how } },
})

describe('what a tool names in the project of the credential', () => {
  it.each<[object, string]>([
    [{ retrieval: { vertexAiSearch: { datastore: STORE } } }, 'retrieval.vertexAiSearch.datastore'],
    [{ retrieval: { vertex_ai_search: { engine: STORE } } }, 'retrieval.vertex_ai_search.engine'],
    [
      { retrieval: { vertexAiSearch: { dataStoreSpecs: [{ dataStore: STORE }] } } },
      'retrieval.vertexAiSearch.dataStoreSpecs[0].dataStore',
    ],
    [
      { retrieval: { vertexRagStore: { ragResources: [{ ragCorpus: 'projects/p/c' }] } } },
      'retrieval.vertexRagStore.ragResources[0].ragCorpus',
    ],
    [
      { retrieval: { vertexRagStore: { rag_corpora: ['projects/p/c'] } } },
      'retrieval.vertexRagStore.rag_corpora[0]',
    ],
    [
      external({ apiAuth: { apiKeyConfig: { apiKeySecretVersion: SECRET } } }),
      'retrieval.externalApi.apiAuth.apiKeyConfig.apiKeySecretVersion',
    ],
    [
      external({ authConfig: { httpBasicAuthConfig: { credentialSecret: SECRET } } }),
      'retrieval.externalApi.authConfig.httpBasicAuthConfig.credentialSecret',
    ],
    [
      external({ authConfig: { googleServiceAccountConfig: {} } }),
      'retrieval.externalApi.authConfig.googleServiceAccountConfig',
    ],
    [
      { fileSearch: { fileSearchStoreNames: ['fileSearchStores/salaries-k3x9'] } },
      'fileSearch.fileSearchStoreNames[0]',
    ],
    [
      { file_search: { file_search_store_names: ['fileSearchStores/salaries-k3x9'] } },
      'file_search.file_search_store_names[0]',
    ],
    [
      { googleMaps: { authConfig: { oauthConfig: { serviceAccount: SERVICE_ACCOUNT } } } },
      'googleMaps.authConfig.oauthConfig.serviceAccount',
    ],
  ])('is refused before Google is asked: %j', async (tool, field) => {
    for (const kind of ['service_account', 'authorized_user', 'api_key'] as const) {
      const user = await givenUser([kind])
      const body = { ...NATIVE_BODY, tools: [{ googleSearch: {} }, tool] }
      for (const answer of [
        await native(user.key, body),
        await nativeStream(user.key, body),
        await native(
          user.key,
          { generateContentRequest: { model: `models/${MODEL}`, ...body } },
          { method: 'countTokens' },
        ),
      ]) {
        expect(await outcome(user, answer)).toMatchObject(refusing(`tools[1].${field}`))
      }
    }
  })

  it('goes to Google where an admin has allowed it, and nothing beside it', async () => {
    const user = await givenUser(['service_account'])
    await configure(user, { media_uris: [STORE] })
    const asking = (datastore: string): Promise<Response> =>
      native(user.key, {
        ...NATIVE_BODY,
        tools: [{ retrieval: { vertexAiSearch: { datastore } } }],
      })
    expect((await asking(STORE)).status).toBe(200)
    expect((await asking(STORE.replace('p-1', 'p-2'))).status).toBe(400)
    expect((await asking(`${STORE}/../x`)).status).toBe(400)
  })

  it('is a file search store of the Gemini API’s as well', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { media_uris: ['fileSearchStores/open-'] })
    const asking = (store: string): Promise<Response> =>
      native(user.key, {
        ...NATIVE_BODY,
        tools: [{ fileSearch: { fileSearchStoreNames: [store] } }],
      })
    expect((await asking('fileSearchStores/open-k3x9')).status).toBe(200)
    expect((await asking('fileSearchStores/salaries-k3x9')).status).toBe(400)
    const interaction = await post('/v1beta/interactions', user.key, {
      model: MODEL,
      input: 'x',
      tools: [{ type: 'file_search', file_search_store_names: ['fileSearchStores/salaries-k3x9'] }],
    })
    expect(interaction.status).toBe(400)
    expect(await interaction.text()).toContain('tools[0].file_search_store_names[0]')
  })

  it('is refused with the way that there is: what no admin can allow is to be left out', async () => {
    const user = await givenUser(['service_account'])
    const told = async (tool: object): Promise<string> =>
      (await native(user.key, { ...NATIVE_BODY, tools: [tool] })).text()
    const account = { authConfig: { oidcConfig: { serviceAccount: SERVICE_ACCOUNT } } }
    expect(await told({ googleMaps: account })).not.toContain('media_uris')
    expect(await told({ retrieval: { vertexAiSearch: { datastore: STORE } } })).toContain(
      'media_uris',
    )
  })

  it('is not what a client’s own function speaks of, nor the client’s own key', async () => {
    const user = await givenUser(['service_account'])
    const properties = { engine: { type: 'string', example: { engine: STORE } } }
    const parameters = { type: 'object', properties }
    for (const tool of [
      { functionDeclarations: [{ name: 'retrieval', parameters }] },
      external({ authConfig: { apiKeyConfig: { apiKeyString: 'mine' } } }),
    ]) {
      expect((await native(user.key, { ...NATIVE_BODY, tools: [tool] })).status).toBe(200)
    }
  })

  it('is refused of what makes a cache or a batch as well', async () => {
    const user = await givenUser(['api_key'])
    const tools = [{ retrieval: { vertexAiSearch: { datastore: STORE } } }]
    const request = { ...NATIVE_BODY, tools }
    const batch = { inputConfig: { requests: { requests: [{ request }] } } }
    for (const [path, body] of [
      ['cachedContents', { model: `models/${MODEL}`, ...request }],
      [`models/${MODEL}:batchGenerateContent`, { batch }],
    ] as const) {
      const answer = await post(`/v1beta/${path}`, user.key, body)
      expect(await outcome(user, answer)).toMatchObject(
        refusing('tools[0].retrieval.vertexAiSearch.datastore'),
      )
    }
  })
})

describe('what an admin allows', () => {
  it.each([
    'fileSearchStores',
    'fileSearchStores/a/b',
    'projects/',
    'projects//x',
    'projects/p',
    'gs://',
    'gs:///a',
    'https://example.com/',
    'gs://b/',
    '',
    'gs://bucket/a b',
  ])('is an address that names a bucket or a project: %s is none', async (uri) => {
    const user = await givenUser(['api_key'])
    const answer = await admin('PATCH', `users/${user.userId}`, { media_uris: [uri] })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.param).toBe('media_uris[0]')
  })
})

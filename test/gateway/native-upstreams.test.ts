/** What a native request holds that not every upstream takes goes only where it is taken, or is refused by name. */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  fetchPollux,
  givenUser,
  google,
  settledStats,
  type User,
} from '../support/pollux.ts'
import { native, NATIVE_BODY, type NativeResponse, nativeStream } from '../support/native.ts'
import { ask, turn, uploaded } from '../support/things.ts'

/** Served by all three upstreams. */
const ASKING = { model: 'gemini-3.1-pro-preview' }
const WEB = { fileData: { fileUri: 'https://example.com/a.png', mimeType: 'image/png' } }

function handleOf(user: User, index = 0): string {
  return user.credentials[index]?.handle ?? ''
}

function withPart(part: object): object {
  return { contents: [{ role: 'user', parts: [{ text: 'Look' }, part] }] }
}

const VERTEX_ONLY = [
  ['modelArmorConfig', { modelArmorConfig: { promptTemplateName: 't' } }],
  ['model_armor_config', { model_armor_config: { promptTemplateName: 't' } }],
  ['generationConfig.modelConfig', { generationConfig: { modelConfig: {} } }],
  ['outputConfig', { outputConfig: { outputUriPrefix: 'gs://bucket/x' } }],
  [
    'generationConfig.imageConfig.imageOutputOptions',
    { generationConfig: { imageConfig: { imageOutputOptions: { mimeType: 'image/png' } } } },
  ],
  [
    'generation_config.image_config.image_output_options',
    { generation_config: { image_config: { image_output_options: { mimeType: 'image/png' } } } },
  ],
] as const

describe.each(VERTEX_ONLY)('%s', (param, fields) => {
  it.each(['api_key', 'authorized_user'] as const)(
    'is refused by name where there is only: %s',
    async (kind) => {
      const user = await givenUser([kind])
      const answer = await native(user.key, { ...NATIVE_BODY, ...fields }, ASKING)
      expect(answer.status).toBe(400)
      expect((await answer.json<NativeResponse>()).error?.message).toContain(param)
      expect(await callsOf(handleOf(user))).toEqual([])
    },
  )
})

it.each([
  ['modelArmorConfig', { modelArmorConfig: { promptTemplateName: 't' } }],
  ['audioTimestamp', { generationConfig: { audioTimestamp: true } }],
  ['enterpriseWebSearch', { tools: [{ enterprise_web_search: {} }] }],
  ['exaAiSearch', { tools: [{ exa_ai_search: {} }] }],
  ['excludeDomains', { tools: [{ googleSearch: { excludeDomains: ['example.com'] } }] }],
  ['groundingTypes', { tools: [{ googleMaps: { grounding_types: {} } }] }],
  [
    'method',
    {
      safety_settings: [
        {
          category: 'HARM_CATEGORY_HARASSMENT',
          threshold: 'BLOCK_NONE',
          method: 'SEVERITY',
        },
      ],
    },
  ],
] as const)('%s goes to Vertex AI past a Gemini API key', async (_, fields) => {
  const user = await givenUser(['api_key', 'service_account'])
  const answer = await native(user.key, { ...NATIVE_BODY, ...fields }, ASKING)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
  await answer.text()
  await settledStats(user)
})

it.each([
  [
    'tools[0].googleSearch.excludeDomains',
    { tools: [{ googleSearch: { excludeDomains: ['x'] } }] },
  ],
  ['safetySettings[0].method', { safetySettings: [{ method: 'SEVERITY' }] }],
  [
    'toolConfig.functionCallingConfig.streamFunctionCallArguments',
    { toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } } },
  ],
])('%s is refused by name where there is only a Gemini API key', async (param, fields) => {
  const user = await givenUser(['api_key'])
  const answer = await native(user.key, { ...NATIVE_BODY, ...fields }, ASKING)
  expect(answer.status).toBe(400)
  expect((await answer.json<NativeResponse>()).error?.message).toContain(param)
  expect(await callsOf(handleOf(user))).toEqual([])
})

it.each(['service_account', 'authorized_user'] as const)(
  'how a film is read is for the Gemini API alone, and not: %s',
  async (kind) => {
    const user = await givenUser([kind])
    const fileData = { fileUri: 'https://youtu.be/x', mimeType: 'video/mp4' }
    const body = withPart({ fileData, media_processing: {} })
    const answer = await native(user.key, body, ASKING)
    expect(answer.status).toBe(400)
    expect((await answer.json<NativeResponse>()).error?.message).toContain(
      'contents[0].parts[1].media_processing',
    )
    expect(await callsOf(handleOf(user))).toEqual([])
  },
)

describe('a file on the web', () => {
  it.each([
    ['a message', withPart(WEB)],
    ['the system instruction', { ...NATIVE_BODY, system_instruction: { parts: [WEB] } }],
    [
      'a result',
      {
        contents: [
          ...NATIVE_BODY.contents,
          { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
          {
            role: 'user',
            parts: [{ functionResponse: { name: 'f', response: {}, parts: [WEB] } }],
          },
        ],
      },
    ],
  ])('in %s costs Code Assist’s credential nothing', async (_, body) => {
    const user = await givenUser(['authorized_user'])
    const refused = await native(user.key, body, ASKING)
    expect(refused.status).toBe(400)
    const { error } = await refused.json<NativeResponse>()
    expect(error?.message).toMatch(/parts\[\d\]\.fileData\.fileUri/)
    const answer = await native(user.key, NATIVE_BODY, ASKING)
    expect(answer.status).toBe(200)
    await answer.text()
    await settledStats(user)
  })

  it('is Vertex AI’s to read, and the Gemini API’s to refuse', async () => {
    const user = await givenUser(['authorized_user', 'service_account'])
    const read = await native(user.key, withPart(WEB), ASKING)
    expect(read.status).toBe(200)
    expect(read.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    await read.text()
    const other = await givenUser(['api_key'])
    const refused = await native(other.key, withPart(WEB), ASKING)
    expect((await refused.json<NativeResponse>()).error?.message).toContain('Unsupported file URI')
    await settledStats(user)
  })
})

describe('a list over credentials', () => {
  const asOpenai = (user: User): Promise<Response> =>
    fetchPollux('/v1/files', { headers: { authorization: `Bearer ${user.key}` } })

  it.each([0, 1])('leaves out one that Google refuses: %s', async (dead) => {
    const user = await givenUser(['api_key', 'api_key'])
    const names = [(await uploaded(user)).name]
    await turn(user)
    names.push((await uploaded(user)).name)
    await google.removeCredential(handleOf(user, dead))
    const answer = await ask(user, 'GET', '/v1beta/files')
    expect(answer.status).toBe(200)
    const page = await answer.json<{ files: { name: string }[]; nextPageToken?: string }>()
    expect(page.files.map(({ name }) => name)).toEqual([names[1 - dead]])
    expect(page.nextPageToken).toBeUndefined()
    expect(await (await asOpenai(user)).text()).toContain(names[1 - dead]?.replace('files/', ''))
  })

  it('is refused where Google refuses all', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    for (const { handle } of user.credentials) await google.removeCredential(handle)
    expect((await ask(user, 'GET', '/v1beta/files')).status).toBe(403)
    expect((await asOpenai(user)).ok).toBe(false)
  })
})

describe('the token of a long answer', () => {
  it.each([
    ['ended', { finishReason: 'CONTINUATION' }, {}],
    ['broke off', {}, { breakOffAfter: 1 }],
    ['failed', {}, { errorAfter: { events: 1, error: '503_overloaded' } }],
  ] as const)(
    'is known at once where the stream %s, as SDKs go on at once',
    async (_, last, reply) => {
      const user = await givenUser(['api_key', 'api_key'])
      const content = { role: 'model', parts: [{ text: 'one ' }] }
      const chunks = [
        { candidates: [{ content, continuationToken: '+/+/', ...last }] },
        ...('finishReason' in last ? [] : [{ candidates: [{ content, finishReason: 'STOP' }] }]),
      ]
      await google.script({
        credential: handleOf(user),
        reply: { chunks, chunkDelayMs: 20, ...reply },
      })
      const model = 'gemini-4-argon'
      const began = await nativeStream(user.key, NATIVE_BODY, { model })
      await began.text()
      const [, rest] = await Promise.all([
        turn(user),
        nativeStream(user.key, { ...NATIVE_BODY, continuationToken: '+/+/' }, { model }),
      ])
      expect(rest.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
      await rest.text()
      await settledStats(user)
    },
  )
})

/** What Google is told of the answer's format, its safety settings and its tier. */
import { describe, expect, it } from 'vitest'
import {
  admin,
  callsOf,
  chat,
  type ErrorBody,
  givenUser,
  google,
  textOf,
  type User,
} from '../support/pollux.ts'
import { lastRequestOf } from '../support/received.ts'

type Fields = Record<string, unknown>

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[]
}

async function requestFor(user: User, fields: Fields) {
  const answer = await chat(user.key, fields)
  if (!answer.ok) throw new Error(await answer.text())
  await answer.text()
  return lastRequestOf(user)
}

const EVERYWHERE = ['api_key', 'service_account', 'authorized_user'] as const

describe('JSON', () => {
  const schema = { type: 'object', properties: { answer: { type: 'string' } } }
  const response_format = { type: 'json_schema', json_schema: { name: 'a', schema } }

  it.each(EVERYWHERE)('is asked for with its schema, through %s', async (kind) => {
    const user = await givenUser([kind])
    for (const model of ['gemini-2.5-flash', 'gemini-3.1-pro-preview']) {
      const { generationConfig } = await requestFor(user, { model, response_format })
      expect(generationConfig).toMatchObject({
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
      })
    }
  })

  describe('beside functions', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: schema } }]
    const asked = { response_format, tools }

    it('is asked for as such where Google takes both', async () => {
      const user = await givenUser(['api_key'])
      const request = await requestFor(user, { model: 'gemini-3.8-flash', ...asked })
      expect(request.generationConfig?.responseJsonSchema).toEqual(schema)
      expect(request.tools?.[0]?.functionDeclarations).toHaveLength(1)
    })

    it.each([false, true])(
      'is the arguments of one more function where it does not, streamed: %s',
      async (stream) => {
        const user = await givenUser(['api_key'])
        const args = { answer: 'yes' }
        const functionCall = { name: 'final_answer', args }
        await google.script({
          credential: user.credentials[0]?.handle ?? '',
          reply: { parts: [{ functionCall }] },
        })
        const answer = await chat(user.key, { ...asked, stream })
        const text = stream
          ? textOf(await answer.text())
          : (await answer.json<Completion>()).choices[0]?.message.content
        expect(JSON.parse(text ?? '')).toEqual(args)
        const request = await lastRequestOf(user)
        expect(request.generationConfig).not.toHaveProperty('responseMimeType')
        expect(request.tools?.[0]?.functionDeclarations?.map(({ name }) => name)).toEqual([
          'f',
          'final_answer',
        ])
      },
    )

    it('has its fence taken off where it could only be asked for in words', async () => {
      const user = await givenUser(['api_key'])
      await google.script({
        credential: user.credentials[0]?.handle ?? '',
        reply: { text: '```json\n{"a":1}\n```' },
      })
      const answer = await chat(user.key, { tools, response_format: { type: 'json_object' } })
      const completion = await answer.json<Completion>()
      expect(completion.choices[0]?.message.content).toBe('{"a":1}')
      expect((await lastRequestOf(user)).systemInstruction?.parts[0]?.text).toContain('JSON')
    })
  })

  it('is answered in JSON', async () => {
    const user = await givenUser(['api_key'])
    const answer = await chat(user.key, { response_format: { type: 'json_object' } })
    const completion = await answer.json<Completion>()
    expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toHaveProperty('answer')
  })
})

describe('settings that a model refuses', () => {
  const wild = {
    temperature: 1.5,
    presence_penalty: 1,
    frequency_penalty: 1,
    logprobs: true,
    top_logprobs: 2,
    max_tokens: 1_000_000,
    service_tier: 'flex',
    image_config: { aspect_ratio: '16:9' },
  }

  it('are left out, and not refused', async () => {
    const user = await givenUser(['api_key', 'service_account', 'authorized_user'])
    for (const model of ['gemini-2.5-flash', 'gemini-3-flash-preview', 'gemini-3.8-flash']) {
      const { generationConfig, serviceTier } = await requestFor(user, { model, ...wild })
      expect(generationConfig).toEqual({
        maxOutputTokens: 65_536,
        thinkingConfig: { includeThoughts: true },
        ...(model !== 'gemini-3.8-flash' && { temperature: 1.5 }),
      })
      expect(serviceTier).toBe('flex')
    }
  })

  it('are left out where the upstream does not know them', async () => {
    const user = await givenUser(['authorized_user'])
    expect(await requestFor(user, wild)).not.toHaveProperty('serviceTier')
  })

  it('are told beforehand where another answer would come of it', async () => {
    const user = await givenUser(['api_key'])
    const answer = await chat(user.key, { modalities: ['text', 'audio'], audio: { voice: 'ash' } })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'unsupported_value',
      param: 'modalities',
    })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })
})

describe('a model of pictures', () => {
  it.each(['api_key', 'service_account'] as const)(
    'is told their format, through %s',
    async (kind) => {
      const user = await givenUser([kind])
      const { generationConfig } = await requestFor(user, {
        model: 'gemini-3.1-flash-image',
        modalities: ['image', 'text'],
        image_config: { aspect_ratio: '16:9', image_size: '2k' },
      })
      expect(generationConfig).toEqual({
        responseModalities: ['TEXT', 'IMAGE'],
        imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
      })
    },
  )
})

describe('a model of pictures of one size', () => {
  it.each([false, true])('draws in that, and says so (stream: %s)', async (stream) => {
    const user = await givenUser(['api_key'])
    const answer = await chat(user.key, {
      model: 'gemini-2.5-flash-image',
      image_config: { aspect_ratio: '16:9', image_size: '4K' },
      stream,
    })
    await answer.text()
    expect(answer.headers.get('x-pollux-ignored')).toBe('image_config.image_size')
    expect((await lastRequestOf(user)).generationConfig).toEqual({
      imageConfig: { aspectRatio: '16:9' },
    })
  })
})

describe('voices in Gemini’s words', () => {
  const INNER = { prebuiltVoiceConfig: { voiceName: 'Puck' } }
  const inSnakeCase = { prebuilt_voice_config: { voice_name: 'Puck' } }
  it.each<[object, object]>([
    [
      { voiceConfig: INNER, languageCode: 'de-DE' },
      { voiceConfig: INNER, languageCode: 'de-DE' },
    ],
    [{ voice_config: inSnakeCase }, { voiceConfig: INNER }],
    [
      {
        multi_speaker_voice_config: {
          speaker_voice_configs: [{ speaker: 'Ann', voice_config: inSnakeCase }],
        },
      },
      {
        multiSpeakerVoiceConfig: {
          speakerVoiceConfigs: [{ speaker: 'Ann', voiceConfig: INNER }],
        },
      },
    ],
  ])('are those of %j', async (speech_config, speechConfig) => {
    const user = await givenUser(['api_key'])
    const model = 'gemini-2.5-flash-preview-tts'
    for (const asked of [{ speech_config }, { extra_body: { google: { speech_config } } }]) {
      const { generationConfig } = await requestFor(user, { model, ...asked })
      expect(generationConfig).toEqual({ responseModalities: ['AUDIO'], speechConfig })
    }
  })
})

describe('a voice', () => {
  it('is told by its name there, and answers in sound', async () => {
    const user = await givenUser(['api_key'])
    const asked = {
      model: 'gemini-2.5-flash-preview-tts',
      modalities: ['text', 'audio'],
      audio: { voice: 'alloy', format: 'wav' },
    }
    const answer = await chat(user.key, asked)
    expect(await answer.json()).toMatchObject({
      choices: [{ message: { audio: { data: expect.any(String) } } }],
    })
    expect((await lastRequestOf(user)).generationConfig).toEqual({
      responseModalities: ['AUDIO'],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
    })
  })
})

describe('safety settings', () => {
  const setting = (category: string, threshold: string): Fields => ({
    category: `HARM_CATEGORY_${category}`,
    threshold,
  })

  it("are the request's before the user's, category by category", async () => {
    const user = await givenUser(['service_account'])
    const safety_settings = [setting('HARASSMENT', 'BLOCK_NONE'), setting('IMAGE_HATE', 'OFF')]
    const changed = await admin('PATCH', `users/${user.userId}`, { safety_settings })
    expect(await changed.json()).toMatchObject({ user: { safety_settings } })
    expect((await requestFor(user, {})).safetySettings).toEqual(safety_settings)

    const own = [setting('HARASSMENT', 'BLOCK_LOW_AND_ABOVE'), setting('JAILBREAK', 'OFF')]
    const asked = { extra_body: { google: { safety_settings: own } } }
    expect((await requestFor(user, asked)).safetySettings).toEqual([
      own[0],
      safety_settings[1],
      own[1],
    ])
  })

  it.each([
    ['safety_settings', 'HARM_CATEGORY_HARASSMENT', 'LOUD', 'safety_settings[0].threshold'],
    ['safetySettings', 'HARM_CATEGORY_NOISE', 'OFF', 'safetySettings[0].category'],
  ])(
    'that Google does not know are refused: %s %s %s',
    async (field, category, threshold, param) => {
      const user = await givenUser(['api_key'])
      const answer = await chat(user.key, { [field]: [{ category, threshold }] })
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error.param).toBe(param)
    },
  )

  it('and where thoughts go are part of an export, and come back with it', async () => {
    const user = await givenUser(['api_key'])
    const change = {
      safety_settings: [setting('HARASSMENT', 'BLOCK_NONE')],
      reasoning_format: 'think_tags',
    }
    await admin('PATCH', `users/${user.userId}`, change)
    const bundle = await (
      await admin('GET', `users/${user.userId}/export`)
    ).json<{
      settings: Fields
    }>()
    expect(bundle.settings).toMatchObject({
      safetySettings: change.safety_settings,
      reasoningFormat: 'think_tags',
    })
  })
})

describe('a Responses body on the path of a chat', () => {
  it('is answered as a chat', async () => {
    const user = await givenUser(['api_key'])
    const answer = await chat(user.key, {
      messages: undefined,
      instructions: 'be brief',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hello Cursor' }] }],
      reasoning: { effort: 'low', summary: 'auto' },
      max_output_tokens: 100,
      text: { verbosity: 'low' },
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: expect.stringContaining('Hello Cursor') } }],
    })
    expect(await lastRequestOf(user)).toMatchObject({
      contents: [{ role: 'user', parts: [{ text: 'Hello Cursor' }] }],
      systemInstruction: { parts: [{ text: 'be brief' }, { text: 'Keep your answers short.' }] },
      generationConfig: { maxOutputTokens: 100, thinkingConfig: { thinkingBudget: 1024 } },
    })
  })
})

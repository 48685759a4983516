/** `google-genai` and `litellm` of PyPI, unmodified. */
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { pythonWith } from '../e2e/support/python.ts'
import { Desk } from './support/agent.ts'

const FOLDER = resolve(import.meta.dirname, 'python')
const python = pythonWith(`${FOLDER}/.venv-google`, `${FOLDER}/google-requirements.txt`)
if (python === null) {
  console.warn(
    'SKIPPED: google-genai and LiteLLM: there is no Python with venv, or no way to install them.',
  )
}

/** With the two characters that the alphabet of URLs spells differently. */
const SIGNATURE = Buffer.from([
  0x12,
  0xff,
  0xef,
  0xbe,
  0xfb,
  ...Array.from({ length: 28 }, (_, i) => i),
])
const calling = (city: string) => ({
  parts: [
    {
      functionCall: { name: 'weather', args: { city } },
      thoughtSignature: SIGNATURE.toString('base64'),
    },
  ],
})

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

async function drive(client: string, user: User): Promise<unknown> {
  using desk = new Desk()
  const env = { POLLUX_URL: pollux.url, POLLUX_KEY: user.key, LITELLM_LOCAL_MODEL_COST_MAP: 'True' }
  const script = `${FOLDER}/google_clients.py`
  const { code, output, errors } = await desk.run(python ?? '', [script, client], env)
  expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as unknown
}

describe.skipIf(python === null)('Python', () => {
  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'google-genai calls functions by itself, chats, streams, counts, embeds and lists: %s',
    async (kind) => {
      // Code Assist has no embeddings: these come from the other.
      const user = await pollux.givenUser(kind === 'authorized_user' ? [kind, 'api_key'] : [kind])
      await pollux.script(user, calling('Paris'))
      await pollux.script(user, { text: 'Paris is fine.' })
      await pollux.script(user, calling('Rome'))
      await pollux.script(user, { text: 'Rome is fine.' })
      await pollux.script(user, { text: 'Still fine.' })
      expect(await drive('generate', user)).toEqual({
        called: 'Paris is fine.',
        chatted: ['Rome is fine.', 'Still fine.'],
        streamed: 'You said: hello',
        counted: expect.any(Number),
        vectors: 2,
        listed: true,
      })
    },
  )

  it('google-genai uploads, caches, makes batches and holds interactions', async () => {
    const user = await pollux.givenUser(['api_key', 'api_key'])
    expect(await drive('things', user)).toEqual({
      bytes: 9_000_000,
      read: expect.stringContaining('Read.'),
      cached: expect.any(Number),
      batch: ['JOB_STATE_SUCCEEDED', 'You said: Hi'],
      interaction: 'completed',
      files: true,
    })
  })

  it('google-genai raises what it is told', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'one two three four five', breakOffAfter: 2 })
    await pollux.script(user, { error: 'gemini_429_minute' })
    expect(await drive('refusals', user)).toEqual([
      ['ServerError', 503, 'UNAVAILABLE'],
      ['ClientError', 429, 'RESOURCE_EXHAUSTED'],
      ['ClientError', 401, 'UNAUTHENTICATED'],
    ])
  })

  it('litellm calls functions, streams, and finds the way without a version', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, calling('Paris'))
    await pollux.script(user, calling('Rome'))
    await pollux.script(user, { text: 'Both are fine.' })
    await pollux.script(user, { text: 'Hello.' }, { times: 2 })
    await pollux.script(user, { text: 'one two three four five', breakOffAfter: 2 })
    expect(await drive('litellm', user)).toEqual({
      said: 'Both are fine.',
      tokens: true,
      bare: 'Hello.',
      streamed: 'Hello.',
      cut: 'MidStreamFallbackError',
    })
  })
})

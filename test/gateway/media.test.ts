import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { base64, BYTES } from '../support/media.ts'
import {
  callsOf,
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  type User,
} from '../support/pollux.ts'

const FILES = env.FILES_URL
const PARAM = 'messages[0].content[1].image_url.url'

function image(url: string): object {
  return { type: 'image_url', image_url: { url } }
}

function ask(user: User | string, ...parts: object[]): Promise<Response> {
  const content = [{ type: 'text', text: 'Look' }, ...parts]
  return chat(typeof user === 'string' ? user : user.key, { messages: [{ role: 'user', content }] })
}

/** The parts other than text that Google received. */
async function received(user: User): Promise<unknown> {
  const [call] = await callsOf(user.credentials[0]?.handle ?? '')
  const body = call?.body as {
    contents?: [{ parts: unknown[] }]
    request?: { contents: [{ parts: unknown[] }] }
  }
  return (body.contents ?? body.request?.contents)?.[0].parts.slice(1)
}

async function errorOf(answer: Response): Promise<ErrorBody['error']> {
  expect(answer.status).toBe(400)
  return (await answer.json<ErrorBody>()).error
}

/** The headers of each request to the file server with this mark. */
async function hits(mark: string): Promise<Record<string, string>[]> {
  const answer = await fetch(`${FILES}/hits?mark=${mark}`)
  return answer.json()
}

const inline = (mimeType: string, bytes: Uint8Array) => ({
  inlineData: { mimeType, data: base64(bytes) },
})

describe('an image by URL', () => {
  it.each(['api_key', 'authorized_user', 'service_account'] as const)(
    'is fetched and sent inline (%s)',
    async (kind) => {
      const user = await givenUser([kind])
      expect((await ask(user, image(`${FILES}/image.png`))).status).toBe(200)
      expect(await received(user)).toEqual([inline('image/png', BYTES.png)])
    },
  )

  it.each([
    ['of no type', '/untyped'],
    ['of another type than its server says', '/misnamed.jpg'],
    ['behind a redirect', `/to?url=${encodeURIComponent('/image.png')}`],
    [
      'behind three redirects',
      `/to?url=${encodeURIComponent(`/to?url=${encodeURIComponent('/to?url=/image.png')}`)}`,
    ],
  ])('may be %s', async (_, path) => {
    const user = await givenUser()
    expect((await ask(user, image(`${FILES}${path}`))).status).toBe(200)
    expect(await received(user)).toEqual([inline('image/png', BYTES.png)])
  })

  it('is fetched once, however many credentials are tried, and without anything of the client', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const mark = crypto.randomUUID()
    const answer = await ask(user, image(`${FILES}/image.png?mark=${mark}`))
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
    const asked = await hits(mark)
    expect(asked).toHaveLength(1)
    expect(JSON.stringify(asked)).not.toContain(user.key)
  })

  it('is asked of its own server each time, and left in no cache on the way', async () => {
    const user = await givenUser()
    const mark = crypto.randomUUID()
    await ask(user, image(`${FILES}/image.png?mark=${mark}`))
    expect(await hits(mark)).toMatchObject([{ 'cache-control': 'no-cache' }])
  })

  it.each<[string, string, string]>([
    ['that is missing', '/missing', 'answered 404'],
    ['whose server fails', '/failing', 'answered 500'],
    ['in part', '/partial', 'answered 206'],
    ['that is empty', '/empty.png', 'is empty'],
    ['that is a page', '/page', 'not an image'],
    ['that is a page by the name of an image', '/page.png', 'not an image'],
    ['that is GIF', '/animated.gif', 'image/gif'],
    ['that is SVG', '/vector.svg', 'not an image'],
    ['that is a PDF', '/report.pdf', 'application/pdf'],
    ['behind four redirects', '/loop', 'redirects more than'],
    ['behind a redirect to nowhere', '/to?url=', 'answered 302'],
    ['whose server is silent', '/silent', 'in time'],
    ['whose server stalls', '/stalling', 'in time'],
    ['that is too large', '/of-size?bytes=60001', 'larger than the 60000 bytes'],
    ['without an end', '/endless', 'larger than the 60000 bytes'],
    ['that breaks off', '/broken-off', 'could not be fetched'],
  ])('is refused: %s', async (_, path, words) => {
    const user = await givenUser()
    const error = await errorOf(await ask(user, image(`${FILES}${path}`)))
    expect(error).toMatchObject({ param: PARAM, type: 'invalid_request_error' })
    expect(error.message).toContain(PARAM)
    expect(error.message).toContain(words)
    expect(error.message).not.toMatch(/secret|127\.0\.0\.1/)
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(0)
  })

  it('is not fetched for a stranger', async () => {
    const mark = crypto.randomUUID()
    const answer = await ask('nobody-has-this-key', image(`${FILES}/image.png?mark=${mark}`))
    expect(answer.status).toBe(401)
    expect(await hits(mark)).toHaveLength(0)
  })

  it('is not fetched without a key', async () => {
    const mark = crypto.randomUUID()
    const content = [image(`${FILES}/image.png?mark=${mark}`)]
    const answer = await fetchPollux('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'gemini-2.5-flash', messages: [{ role: 'user', content }] }),
    })
    expect(answer.status).toBe(401)
    expect(await hits(mark)).toHaveLength(0)
  })
})

describe('an address that is not public', () => {
  it.each([
    'http://public.pictures.com/image.png',
    'https://public.pictures.com:8443/image.png',
    'https://user:password@public.pictures.com/image.png',
    'https://127.0.0.1/image.png',
    'https://0x7f000001/image.png',
    'https://169.254.169.254/computeMetadata/v1/',
    'https://metadata.google.internal/computeMetadata/v1/',
    'https://[::1]/image.png',
    'https://[::ffff:10.0.0.1]/image.png',
    'https://localhost./image.png',
    'https://private.pictures.com/image.png',
    'https://metadata.pictures.com/image.png',
    'https://mixed.pictures.com/image.png',
    'https://v6.pictures.com/image.png',
    'https://mapped.pictures.com/image.png',
    `${FILES.replace('127.0.0.1', 'localhost')}/image.png`,
  ])('is refused: %s', async (url) => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const user = await givenUser()
    const error = await errorOf(await ask(user, image(url)))
    expect(error).toMatchObject({
      param: PARAM,
      message: `Invalid value: '${PARAM}' must be an https URL of a public host.`,
    })
    expect(origins(fetched)).not.toContain(new URL(url).origin)
  })

  it.each([
    'https://10.0.0.1/image.png',
    'https://private.pictures.com/image.png',
    'http://public.pictures.com/image.png',
    'gopher://public.pictures.com/image.png',
  ])('is refused behind a redirect: %s', async (url) => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const user = await givenUser()
    const address = `${FILES}/to?url=${encodeURIComponent(url)}`
    const error = await errorOf(await ask(user, image(address)))
    expect(error.message).toContain('must be an https URL of a public host')
    expect(origins(fetched)).not.toContain(new URL(url).origin)
  })

  it.each([
    ['does not exist', 'https://unknown.pictures.com/a.png', 'does not exist'],
    ['cannot be looked up', 'https://broken.pictures.com/a.png', 'could not be fetched'],
  ])('is refused when its name %s', async (_, url, words) => {
    const user = await givenUser()
    expect((await errorOf(await ask(user, image(url)))).message).toContain(words)
  })
})

describe('a public name', () => {
  it('is looked up, then fetched, with redirects followed by hand', async () => {
    const real = globalThis.fetch
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      // Tests have no public internet. This name is answered by a server on loopback.
      const url = urlOf(input)
      return url.startsWith('https://public.pictures.com')
        ? real(`${FILES}${new URL(url).pathname}`, init)
        : real(input, init)
    })
    const user = await givenUser()
    expect((await ask(user, image('https://public.pictures.com/image.png'))).status).toBe(200)
    expect(await received(user)).toEqual([inline('image/png', BYTES.png)])
    const call = fetched.mock.calls.find(([input]) => urlOf(input).includes('public.pictures.com/'))
    expect(call?.[1]).toMatchObject({ redirect: 'manual', headers: { accept: '*/*' } })
  })
})

describe('other media by URL', () => {
  it.each<[string, object, object]>([
    [
      'a PDF',
      { type: 'file', file: { file_data: `${FILES}/report.pdf` } },
      inline('application/pdf', BYTES.pdf),
    ],
    ['a text', { type: 'file', file: { file_data: `${FILES}/notes.txt` } }, { text: 'Grüße' }],
    [
      'source code as a film',
      { type: 'file', file: { file_data: `${FILES}/source.ts` } },
      { text: 'let a' },
    ],
    [
      'source code of no type',
      { type: 'file', file: { file_data: `${FILES}/source` } },
      { text: 'let b' },
    ],
    [
      'a text under its name',
      { type: 'file', file: { file_data: `${FILES}/notes.txt`, filename: 'hello.txt' } },
      { text: 'hello.txt:\n\nGrüße' },
    ],
    [
      'a sound',
      { type: 'input_audio', input_audio: { data: `${FILES}/sound.mp3`, format: 'mp3' } },
      inline('audio/mpeg', BYTES.mp3),
    ],
    [
      'a video',
      { type: 'video_url', video_url: { url: `${FILES}/film.mp4` } },
      inline('video/mp4', BYTES.mp4),
    ],
    [
      'input_pdf',
      { type: 'input_pdf', input_pdf: { url: `${FILES}/report.pdf` } },
      inline('application/pdf', BYTES.pdf),
    ],
  ])('%s', async (_, part, expected) => {
    const user = await givenUser()
    expect((await ask(user, part)).status).toBe(200)
    expect(await received(user)).toEqual([expected])
  })

  it('a page instead of a PDF is refused', async () => {
    const user = await givenUser()
    const error = await errorOf(
      await ask(user, { type: 'input_pdf', input_pdf: { url: `${FILES}/page` } }),
    )
    expect(error.param).toBe('messages[0].content[1].input_pdf.url')
  })
})

describe('an image in the result of a tool', () => {
  it('is fetched too', async () => {
    const user = await givenUser()
    const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }
    const answer = await chat(user.key, {
      messages: [
        { role: 'user', content: 'Look' },
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: [image(`${FILES}/image.png`)] },
      ],
    })
    expect(answer.status).toBe(200)
    const [sent] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(JSON.stringify(sent?.body)).toContain(base64(BYTES.png))
  })
})

describe('a file that Google reads by itself', () => {
  const film = { type: 'video_url', video_url: { url: 'gs://bucket/film.mp4' } }
  const expected = { fileData: { fileUri: 'gs://bucket/film.mp4', mimeType: 'video/mp4' } }

  it('goes to an upstream that does, past those that do not', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    await configure(user, { media_uris: ['gs://bucket/'] })
    const answer = await ask(user, film)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-attempts')).toBe('1')
    const [, vertex] = user.credentials
    expect(await received({ ...user, credentials: vertex ? [vertex] : [] })).toEqual([expected])
  })

  it('is refused where no credential is of such an upstream', async () => {
    const user = await givenUser(['api_key', 'authorized_user'])
    await configure(user, { media_uris: ['gs://bucket/'] })
    const error = await errorOf(await ask(user, film))
    expect(error.message).toContain('gs:// URIs are for Vertex AI')
  })
})

describe('the size of media', () => {
  const sized = (bytes: number): object => {
    const data = new Uint8Array(bytes)
    data.set(BYTES.png)
    return image(`data:image/png;base64,${base64(data)}`)
  }

  it('of one part is limited', async () => {
    const user = await givenUser()
    expect((await ask(user, sized(59_000))).status).toBe(200)
    const error = await errorOf(await ask(user, sized(61_000)))
    expect(error).toMatchObject({ param: PARAM, message: expect.stringContaining('60000 bytes') })
  })

  it('of all parts is limited, whether inline or fetched', async () => {
    const user = await givenUser()
    const both = [sized(50_000), image(`${FILES}/of-size?bytes=55000`)]
    const error = await errorOf(await ask(user, ...both))
    expect(error).toMatchObject({
      param: 'messages[0].content[2].image_url.url',
      message: expect.stringContaining('100000 bytes'),
    })
  })

  it('of nothing but small ones does not matter, but the number of fetches does', async () => {
    const user = await givenUser()
    const mark = crypto.randomUUID()
    const four = Array.from({ length: 4 }, () => image(`${FILES}/image.png?mark=${mark}`))
    const error = await errorOf(await ask(user, ...four))
    expect(error).toMatchObject({
      param: 'messages[0].content[4].image_url.url',
      message: expect.stringContaining('may name 3 files'),
    })
    expect(await hits(mark)).toHaveLength(0)
    expect((await ask(user, ...four.slice(1))).status).toBe(200)
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

function urlOf(input: unknown): string {
  return input instanceof Request ? input.url : String(input)
}

function origins(fetched: {
  readonly mock: { readonly calls: readonly (readonly unknown[])[] }
}): string[] {
  return fetched.mock.calls.map(([input]) => new URL(urlOf(input)).origin)
}

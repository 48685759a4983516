/** Media of a chat, one row a case (docs/clients.md: Media). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'
import { Cuttings } from '../../../src/bytes/cuttings.ts'
import { base64, BYTES } from '../../support/media.ts'

function parse(part: unknown, role = 'user') {
  return parseChatRequest({
    model: 'gemini-2.5-flash',
    messages: [{ role, content: [{ type: 'text', text: 'Look' }, part] }],
  })
}

/** What Google is sent for a part. */
function partOf(part: unknown): unknown {
  const parsed = parse(part)
  if (!parsed.ok) throw new Error(parsed.failure.message)
  const translated = toGeminiRequest(parsed.chat)
  if (!translated.ok) throw new Error(translated.failure.message)
  return translated.request.contents[0]?.parts[1]
}

function image(url: string, detail?: string) {
  return { type: 'image_url', image_url: { url, ...(detail && { detail }) } }
}
function sound(data: string, format?: string) {
  return { type: 'input_audio', input_audio: { data, ...(format && { format }) } }
}
function file(fields: Record<string, unknown>) {
  return { type: 'file', file: fields }
}

const PNG = base64(BYTES.png)
const inline = (mimeType: string, data: string) => ({ inlineData: { mimeType, data } })

describe('images', () => {
  it.each<[string, unknown, unknown]>([
    ['a data URL', image(`data:image/png;base64,${PNG}`), inline('image/png', PNG)],
    [
      'image_url as a plain string',
      { type: 'image_url', image_url: `data:image/png;base64,${PNG}` },
      inline('image/png', PNG),
    ],
    [
      'image/jpg',
      image(`data:image/jpg;base64,${base64(BYTES.jpeg)}`),
      inline('image/jpeg', base64(BYTES.jpeg)),
    ],
    [
      'an upper-case scheme and type',
      image(`DATA:IMAGE/PNG;BASE64,${PNG}`),
      inline('image/png', PNG),
    ],
    [
      'white space in the base64',
      image(` data:image/png;base64,\n${PNG.slice(0, 20)}\r\n ${PNG.slice(20)}\n`),
      inline('image/png', PNG),
    ],
    [
      'the URL alphabet, without padding',
      image(
        `data:image/webp;base64,${base64(BYTES.webp).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`,
      ),
      inline('image/webp', base64(BYTES.webp)),
    ],
    [
      'percent-encoded base64',
      image(`data:image/png;base64,${encodeURIComponent(PNG)}`),
      inline('image/png', PNG),
    ],
    ['parameters', image(`data:image/png;name=a.png;base64,${PNG}`), inline('image/png', PNG)],
    [
      'a type that is not the one declared',
      image(`data:image/jpeg;base64,${PNG}`),
      inline('image/png', PNG),
    ],
    ['no type', image(`data:;base64,${PNG}`), inline('image/png', PNG)],
    ['bare base64', image(PNG), inline('image/png', PNG)],
    [
      'detail low',
      image(`data:image/png;base64,${PNG}`, 'low'),
      { ...inline('image/png', PNG), mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
    ],
    [
      'detail high',
      image(`data:image/png;base64,${PNG}`, 'high'),
      { ...inline('image/png', PNG), mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } },
    ],
    ['detail auto', image(`data:image/png;base64,${PNG}`, 'auto'), inline('image/png', PNG)],
    [
      'an https URL',
      image('https://example.com/a.png?x=1'),
      { fileData: { fileUri: 'https://example.com/a.png?x=1', mimeType: 'image/png' } },
    ],
    [
      'a gs URI',
      image('gs://bucket/a.webp'),
      { fileData: { fileUri: 'gs://bucket/a.webp', mimeType: 'image/webp' } },
    ],
  ])('%s', (_, part, expected) => {
    expect(partOf(part)).toEqual(expected)
  })

  it.each<[string, unknown, string, string]>([
    ['percent-encoded SVG', image('data:image/svg+xml,%3Csvg/%3E'), 'url', 'image/svg+xml'],
    ['SVG in base64', image(`data:image/svg+xml;base64,${btoa('<svg/>')}`), 'url', 'image/svg+xml'],
    ['GIF', image(`data:image/gif;base64,${btoa('GIF89a......')}`), 'url', 'image/gif'],
    ['a PDF', image(`data:image/png;base64,${base64(BYTES.pdf)}`), 'url', 'application/pdf'],
    ['sound', image(`data:audio/wav;base64,${base64(BYTES.wav)}`), 'url', 'audio/wav'],
    ['no data', image('data:image/png;base64,'), 'url', 'no data'],
    ['what is no base64', image('data:image/png;base64,a*b'), 'url', 'data URL'],
    ['one character too many', image('data:image/png;base64,AAAAA'), 'url', 'data URL'],
    ['padding in the middle', image('data:image/png;base64,AA=A'), 'url', 'data URL'],
    ['words', image('a picture of a cat'), 'url', 'PNG'],
    ['base64 of nothing known', image(btoa('hello world')), 'url', 'PNG'],
    ['ftp', image('ftp://example.com/a.png'), 'url', 'https URL'],
    ['a file of the client', image('file:///etc/passwd'), 'url', 'https URL'],
    ['a script', image('javascript:alert(1)'), 'url', 'https URL'],
    ['a gs URI that tells no type', image('gs://bucket/a'), 'url', 'extension'],
    ['an empty URL', image(''), 'url', 'Missing'],
    ['no URL', { type: 'image_url', image_url: {} }, 'url', 'Missing'],
    ['another detail', image(`data:image/png;base64,${PNG}`, 'huge'), 'detail', 'one of'],
  ])('refuses %s', (_, part, field, words) => {
    expect(parse(part)).toMatchObject({
      ok: false,
      failure: {
        param: `messages[0].content[1].image_url.${field}`,
        message: expect.stringContaining(words),
      },
    })
  })

  it.each(['system', 'developer'])('refuses one in a %s message', (role) => {
    expect(parse(image(`data:image/png;base64,${PNG}`), role)).toMatchObject({
      ok: false,
      failure: { reason: 'unsupported_value', param: 'messages[0].content[1]' },
    })
  })

  it('never repeats what a client sent in an error', () => {
    const parsed = parse(image('data:image/png;base64,c2VjcmV0*'))
    expect(JSON.stringify(parsed)).not.toContain('c2VjcmV0')
  })
})

describe('sound', () => {
  const wav = base64(BYTES.wav)
  const plain = btoa('\0\x01\x02\x03\x04\x05')
  it.each<[string, string, string]>([
    ['wav', wav, 'audio/wav'],
    ['mp3', base64(BYTES.mp3), 'audio/mpeg'],
    ['MP3', base64(BYTES.mp3), 'audio/mpeg'],
    ['ogg', plain, 'audio/ogg'],
    ['flac', plain, 'audio/flac'],
    ['aac', plain, 'audio/aac'],
    ['webm', plain, 'audio/webm'],
    ['m4a', plain, 'audio/mp4'],
    ['pcm16', plain, 'audio/pcm'],
    ['g711', plain, 'audio/basic'],
    ['audio/x-wav', wav, 'audio/wav'],
  ])('%s', (format, data, mimeType) => {
    expect(partOf(sound(data, format))).toEqual(inline(mimeType, data))
  })

  it('a data URL', () => {
    expect(partOf(sound(`data:audio/mp3;base64,${plain}`, 'wav'))).toEqual(
      inline('audio/mpeg', plain),
    )
  })

  it('no format', () => {
    expect(partOf(sound(wav))).toEqual(inline('audio/wav', wav))
  })

  it.each<[string, unknown, string]>([
    ['a format nobody knows', sound(wav, 'midi'), 'input_audio.format'],
    ['a picture', sound(PNG, 'wav'), 'input_audio.data'],
    ['no data', sound('', 'wav'), 'input_audio.data'],
  ])('refuses %s', (_, part, field) => {
    expect(parse(part)).toMatchObject({
      ok: false,
      failure: { param: `messages[0].content[1].${field}` },
    })
  })
})

describe('files', () => {
  const pdf = base64(BYTES.pdf)
  const unknown = btoa('\0\x01\x02\x03\x04\x05')
  it.each<[string, unknown, unknown]>([
    [
      'raw base64 with the filename a.pdf',
      file({ file_data: unknown, filename: 'a.pdf' }),
      inline('application/pdf', unknown),
    ],
    ['raw base64 without a name', file({ file_data: unknown }), inline('application/pdf', unknown)],
    [
      'a data URL',
      file({ file_data: `data:application/pdf;base64,${pdf}` }),
      inline('application/pdf', pdf),
    ],
    [
      'an untold type',
      file({ file_data: `data:application/octet-stream;base64,${unknown}`, filename: 'b.MP3' }),
      inline('audio/mpeg', unknown),
    ],
    ['a picture', file({ file_data: PNG, filename: 'x' }), inline('image/png', PNG)],
    ...[
      'data:video/mp2t;base64,',
      'data:application/octet-stream;base64,',
      'data:;base64,',
      '',
    ].map((head): [string, unknown, unknown] => [
      `source code under "${head}"`,
      file({ file_data: `${head}${btoa('const a: number = 1\n')}` }),
      { text: 'const a: number = 1\n' },
    ]),
    [
      'source code under its name',
      file({ file_data: `data:video/mp2t;base64,${btoa('let a')}`, filename: 'src/a.ts' }),
      { text: 'src/a.ts:\n\nlet a' },
    ],
    [
      'source code in a data URL without base64',
      file({ file_data: 'data:video/mp2t,let%20a' }),
      { text: 'let a' },
    ],
    [
      'text that says to be a PDF',
      file({ file_data: `data:application/pdf;base64,${btoa('<html>')}` }),
      { text: '<html>' },
    ],
    [
      'text in UTF-16',
      file({ file_data: `data:text/plain;base64,${btoa('\xff\xfeg\0\xfc\0')}` }),
      { text: 'gü' },
    ],
    [
      'a film under its own type',
      file({ file_data: `data:video/mp2t;base64,${btoa('G@\0\x10\0')}`, filename: 'a.ts' }),
      inline('video/mp2t', btoa('G@\0\x10\0')),
    ],
    [
      'rich text',
      file({ file_data: btoa('{\\rtf1 a}') }),
      inline('application/rtf', btoa('{\\rtf1 a}')),
    ],
    [
      'text, decoded',
      file({ file_data: btoa('a,b\n1,2'), filename: 'table.csv' }),
      { text: 'table.csv:\n\na,b\n1,2' },
    ],
    [
      'text in a data URL without base64',
      file({ file_data: 'data:text/plain;charset=utf-8,gr%C3%BC%C3%9Fe' }),
      { text: 'grüße' },
    ],
    [
      'SVG, which is text',
      file({ file_data: `data:image/svg+xml;base64,${btoa('<svg/>')}` }),
      { text: '<svg/>' },
    ],
    [
      'an uploaded file, whose type is looked up later',
      file({ file_id: 'file-abc123' }),
      {
        fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc123' },
      },
    ],
    [
      'a file of the Gemini API by file_id',
      file({
        file_id: 'https://generativelanguage.googleapis.com/v1beta/files/abc-1',
        filename: 'a.pdf',
      }),
      {
        fileData: {
          fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc-1',
          mimeType: 'application/pdf',
        },
      },
    ],
    [
      'an address as file_data',
      file({ file_data: 'https://example.com/a.pdf' }),
      { fileData: { fileUri: 'https://example.com/a.pdf', mimeType: 'application/pdf' } },
    ],
    [
      'input_pdf of gemini-cli-openai',
      { type: 'input_pdf', input_pdf: { data: pdf } },
      inline('application/pdf', pdf),
    ],
    [
      'input_pdf with a URL',
      { type: 'input_pdf', input_pdf: { url: 'https://example.com/doc' } },
      { fileData: { fileUri: 'https://example.com/doc', mimeType: 'application/pdf' } },
    ],
  ])('%s', (_, part, expected) => {
    expect(partOf(part)).toEqual(expected)
  })

  it.each<[string, unknown, string, string]>([
    ['what is no file id', file({ file_id: 'file abc' }), 'file_id', 'id of an uploaded file'],
    ['nothing', file({ filename: 'a.pdf' }), 'file_data', 'Missing'],
    ['Word', file({ file_data: unknown, filename: 'a.docx' }), 'file_data', 'wordprocessing'],
    [
      'text that is not UTF-8',
      file({ file_data: btoa('\xff\xfe'), filename: 'a.txt' }),
      'file_data',
      'UTF-8',
    ],
    ['broken escapes', file({ file_data: 'data:text/plain,%E0%A4%A' }), 'file_data', 'percent'],
  ])('refuses %s', (_, part, field, words) => {
    expect(parse(part)).toMatchObject({
      ok: false,
      failure: {
        param: `messages[0].content[1].file.${field}`,
        message: expect.stringContaining(words),
      },
    })
  })
})

describe('video', () => {
  const mp4 = base64(BYTES.mp4)
  it.each<[string, unknown, unknown]>([
    [
      'video_url with a data URL',
      { type: 'video_url', video_url: { url: `data:video/mp4;base64,${mp4}` } },
      inline('video/mp4', mp4),
    ],
    [
      'YouTube',
      { type: 'video_url', video_url: { url: 'https://www.youtube.com/watch?v=abc' } },
      { fileData: { fileUri: 'https://www.youtube.com/watch?v=abc', mimeType: 'video/mp4' } },
    ],
    [
      'input_video of gemini-cli-openai, with a clip',
      {
        type: 'input_video',
        input_video: {
          data: mp4,
          format: 'mp4',
          videoMetadata: { start_offset: '5', end_offset: '12.5s', fps: 2 },
        },
      },
      {
        ...inline('video/mp4', mp4),
        videoMetadata: { startOffset: '5s', endOffset: '12.5s', fps: 2 },
      },
    ],
    [
      'input_video with a URL',
      { type: 'input_video', input_video: { url: 'https://example.com/v', format: 'webm' } },
      { fileData: { fileUri: 'https://example.com/v', mimeType: 'video/webm' } },
    ],
  ])('%s', (_, part, expected) => {
    expect(partOf(part)).toEqual(expected)
  })

  it('refuses a clip that Google would', () => {
    const clip = { data: mp4, videoMetadata: { fps: 60 } }
    expect(parse({ type: 'input_video', input_video: clip })).toMatchObject({
      ok: false,
      failure: { param: 'messages[0].content[1].input_video.videoMetadata.fps' },
    })
  })
})

describe('the result of a tool', () => {
  function results(url: string) {
    const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }
    return parseChatRequest({
      model: 'gemini-2.5-flash',
      messages: [
        { role: 'user', content: 'Look' },
        { role: 'assistant', tool_calls: [call] },
        {
          role: 'tool',
          tool_call_id: 'call_1',
          content: [{ type: 'text', text: 'Here' }, image(url)],
        },
      ],
    })
  }

  it.each([
    [
      `data:image/gif;base64,${btoa('GIF89a\x01\x00\x01\x00')}`,
      'is image/gif, which is not an image that Gemini reads: PNG, JPEG, WebP, HEIC or HEIF',
    ],
    ['', 'holds no data'],
    ['data:image/png;base64,', 'holds no data'],
    ['sandbox:/mnt/a.png', 'must be a data URL, an https URL or a gs:// URI of a file'],
  ])('says so of a file that is not read, since it comes again with each turn: %s', (url, what) => {
    const parsed = results(url)
    if (!parsed.ok) throw new Error(parsed.failure.message)
    expect(toGeminiRequest(parsed.chat)).toMatchObject({
      request: {
        contents: [
          {},
          {},
          {
            parts: [
              {
                functionResponse: {
                  response: {
                    result: `Here\n(A file of this result ${what}. It was left out.)`,
                  },
                },
              },
            ],
          },
        ],
      },
    })
  })

  it('may hold an image', () => {
    const parsed = results(`data:image/png;base64,${PNG}`)
    if (!parsed.ok) throw new Error(parsed.failure.message)
    expect(parsed.attachments).toMatchObject([
      { param: 'messages[2].content[1].image_url.url', part: inline('image/png', PNG) },
    ])
    expect(toGeminiRequest(parsed.chat)).toMatchObject({
      request: {
        contents: [
          {},
          {},
          {
            parts: [
              {
                functionResponse: {
                  response: { result: 'Here' },
                  parts: [inline('image/png', PNG)],
                },
              },
            ],
          },
        ],
      },
    })
  })

  it('may not hold a file that Google keeps', () => {
    expect(results('gs://bucket/a.png')).toMatchObject({
      ok: false,
      failure: { param: 'messages[2].content[1].image_url.url' },
    })
  })
})

describe('whatever a client sends as media', () => {
  const source = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.webUrl(),
    fc
      .tuple(
        fc.constantFrom(
          'data:',
          'DATA:image/png;',
          'data:text/plain;',
          'data:;x;',
          ' data:audio/wav;',
        ),
        fc.constantFrom('base64,', ',', 'base64;,', ''),
        fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })),
      )
      .map((pieces) => pieces.join('')),
  )
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const part = fc.oneof(
    fc.record({
      type: fc.constant('image_url'),
      image_url: fc.oneof(source, fc.record({ url: source })),
    }),
    fc.record({
      type: fc.constant('input_audio'),
      input_audio: fc.record({ data: source, format: maybe(fc.constantFrom('wav', 'mp3', 'x')) }),
    }),
    fc.record({
      type: fc.constant('file'),
      file: fc.record({
        file_data: maybe(source),
        file_id: maybe(source),
        filename: maybe(fc.constantFrom('a.pdf', 'a.txt', 'a', '', '.')),
      }),
    }),
    fc.record({ type: fc.constant('video_url'), video_url: source }),
    fc.record({
      type: fc.constantFrom('input_pdf', 'image_url', 'file'),
      input_pdf: fc.anything(),
    }),
  )

  it('is read, or refused by the name of its field', () => {
    fc.assert(
      fc.property(part, (sent) => {
        const parsed = parse(sent)
        const param = parsed.ok ? 'messages[0].content[1]' : parsed.failure.param
        expect(param).toMatch(/^messages\[0\]\.content\[1\]/)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('large strings', () => {
  /** Parses the body as the gateway does: the middle of the base64 is cut out first. */
  function parseCut(url: string) {
    const body = JSON.stringify({
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: [image(url)] }],
    })
    const { text, cuttings } = Cuttings.of(new TextEncoder().encode(body))
    expect(cuttings.isEmpty).toBe(false)
    return { parsed: parseChatRequest(JSON.parse(text), cuttings), cuttings }
  }
  const large = base64(Uint8Array.from([...BYTES.png, ...new Uint8Array(40_001)]))

  it.each([
    ['padded', large],
    ['without padding', large.replaceAll('=', '')],
  ])('stay cut: %s', (_, data) => {
    const { parsed, cuttings } = parseCut(`data:image/jpg;base64,${data}`)
    if (!parsed.ok) throw new Error(parsed.failure.message)
    const inlineData = parsed.attachments[0]?.part.inlineData
    expect(inlineData?.mimeType).toBe('image/png')
    expect(inlineData?.data.length).toBeLessThan(2000)
    expect(cuttings.uncut(inlineData?.data)).toBe(large)
  })

  it('are refused when they are one character too long', () => {
    const { parsed } = parseCut(
      `data:image/png;base64,${large.replaceAll('=', '').slice(0, 40_001)}`,
    )
    expect(parsed).toMatchObject({ ok: false })
  })

  it('of text are read whole', () => {
    const text = 'word '.repeat(10_000)
    const body = JSON.stringify({
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: [file({ file_data: btoa(text), filename: 'a.txt' })] }],
    })
    const cut = Cuttings.of(new TextEncoder().encode(body))
    const parsed = parseChatRequest(JSON.parse(cut.text), cut.cuttings)
    if (!parsed.ok) throw new Error(parsed.failure.message)
    const translated = toGeminiRequest(parsed.chat)
    expect(translated).toMatchObject({
      request: { contents: [{ parts: [{ text: `a.txt:\n\n${text}` }] }] },
    })
  })
})

describe('what the model drew', () => {
  const url = `data:image/png;base64,${PNG}`
  const drawn = { type: 'image_url', index: 0, image_url: { url } }
  const contents = (answer: object): unknown => {
    const messages = [
      { role: 'user', content: 'Draw a cat' },
      { role: 'assistant', ...answer },
      { role: 'user', content: 'Make it blue' },
    ]
    const parsed = parseChatRequest({ model: 'gemini-3.1-flash-image', messages })
    if (!parsed.ok) return parsed.failure.param
    const translated = toGeminiRequest(parsed.chat)
    return translated.ok ? translated.request.contents : translated.failure
  }
  const picture = inline('image/png', PNG)
  const blue = { text: 'Make it blue' }

  it.each<[string, object]>([
    ['images', { content: 'Here', images: [drawn] }],
    ['content', { content: [{ type: 'text', text: 'Here' }, drawn] }],
  ])('comes back in %s, and goes before what the user says next', (_, answer) => {
    expect(contents(answer)).toEqual([
      { role: 'user', parts: [{ text: 'Draw a cat' }] },
      { role: 'model', parts: [{ text: 'Here' }] },
      { role: 'user', parts: [picture, blue] },
    ])
  })

  it('may be all of an answer', () => {
    expect(contents({ content: null, images: [drawn] })).toEqual([
      { role: 'user', parts: [{ text: 'Draw a cat' }, picture, blue] },
    ])
  })

  it.each([[null], ['x'], [['AAAA']], [[{ type: 'video' }]]])('is not %j', (images) => {
    expect(contents({ content: 'Here', images })).toHaveLength(3)
  })

  it('is complained of where it is', () => {
    const broken = { type: 'image_url', image_url: { url: 'data:image/png;base64,!!' } }
    expect(contents({ images: [drawn, broken] })).toBe('messages[1].images[1].image_url.url')
  })
})

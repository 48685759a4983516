import { describe, expect, it } from 'vitest'
import { fit } from '../../src/gemini/fit/index.ts'
import { nonReaders } from '../../src/gemini/media/file-uris.ts'
import type { Part } from '../../src/gemini/types.ts'
import { estimateTokens } from '../../src/gemini/usage.ts'

const DATA = { inlineData: { mimeType: 'image/png', data: 'AAAA' } }
const LOW = { ...DATA, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }
const HIGH = { ...DATA, mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } }
const ULTRA = { ...DATA, mediaResolution: { level: 'MEDIA_RESOLUTION_ULTRA_HIGH' } }

function fitted(model: string, ...parts: Part[]) {
  const request = { contents: [{ role: 'user' as const, parts }] }
  return fit(request, { model, upstream: 'gemini-api' })
}

describe('detail', () => {
  it.each(['gemini-3.8-flash', 'gemini-3-flash-preview', 'gemini-4-argon'])(
    'stays with its image on %s',
    (model) => {
      expect(fitted(model, LOW, HIGH).contents[0]?.parts).toEqual([LOW, HIGH])
    },
  )

  it.each<[string, Part[], string | undefined]>([
    ['low of all images', [LOW, LOW], 'MEDIA_RESOLUTION_LOW'],
    ['low of one image, nothing of another', [LOW, DATA], undefined],
    ['high of one image', [LOW, HIGH, DATA], 'MEDIA_RESOLUTION_HIGH'],
    ['the highest, which is not for all parts', [ULTRA], 'MEDIA_RESOLUTION_HIGH'],
    ['nothing', [DATA], undefined],
    ['low beside text', [{ text: 'a' }, LOW], 'MEDIA_RESOLUTION_LOW'],
  ])('is said for the whole request on Gemini 2.5: %s', (_, parts, level) => {
    const request = fitted('gemini-2.5-flash', ...parts)
    expect(request.generationConfig?.mediaResolution).toBe(level)
    expect(request.contents[0]?.parts.every((part) => !('mediaResolution' in part))).toBe(true)
  })
})

describe('files that Google reads by itself', () => {
  const at = (fileUri: string) => ({
    part: { fileData: { fileUri } },
    param: 'p',
    kind: 'file' as const,
  })
  it.each<[string, string[], string[]]>([
    ['none', [], []],
    ['on the web, which are fetched here', ['https://example.com/a.png'], []],
    ['gs://', ['gs://bucket/a.png'], ['code-assist', 'gemini-api']],
    [
      'of the Files API',
      ['https://generativelanguage.googleapis.com/v1beta/files/abc'],
      ['code-assist', 'vertex'],
    ],
    ['YouTube', ['https://youtu.be/abc'], ['code-assist']],
    [
      'that nobody reads all of',
      ['gs://bucket/a.png', 'https://generativelanguage.googleapis.com/v1beta/files/abc'],
      ['code-assist', 'gemini-api', 'vertex'],
    ],
  ])('%s', (_, uris, expected) => {
    expect(nonReaders(uris.map(at)).toSorted()).toEqual(expected)
  })

  it.each([
    'https://youtube.com.evil.com/watch?v=1',
    'https://evil.com/https://youtu.be/1',
    'https://generativelanguage.googleapis.com.evil.com/v1beta/files/a',
    'https://generativelanguage.googleapis.com/v1beta/files/../models',
    'http://youtu.be/1',
  ])('are not %s', (uri) => {
    expect(nonReaders([at(uri)])).toEqual([])
  })
})

describe('estimated tokens', () => {
  function estimated(...parts: Part[]): number {
    const generationConfig = { maxOutputTokens: 1 }
    return estimateTokens({ contents: [{ role: 'user', parts }], generationConfig }, lengthOf) - 1
  }
  /** As if the mark stood for a megabyte. */
  const lengthOf = (text: string): number => (text === '~1~' ? 4_000_000 / 3 : text.length)
  const sized = (mimeType: string): Part => ({ inlineData: { mimeType, data: '~1~' } })

  it.each<[string, Part, number]>([
    ['an image', sized('image/png'), 1120],
    [
      'an image of low detail',
      { ...sized('image/png'), mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
      280,
    ],
    ['a megabyte of sound', sized('audio/mpeg'), 2000],
    ['a megabyte of film', sized('video/mp4'), 2104],
    ['a megabyte of PDF', sized('application/pdf'), 11_200],
    ['a file elsewhere', { fileData: { fileUri: 'gs://a/b.mp4', mimeType: 'video/mp4' } }, 10_000],
    ['text', { text: '12345678' }, 2],
  ])('%s', (_, part, tokens) => {
    expect(estimated(part)).toBe(tokens)
  })

  it('count the media in the results of functions', () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }]
    expect(estimated({ functionResponse: { name: 'f', response: {}, parts } })).toBe(1120)
  })
})

import { describe, expect, it } from 'vitest'
import { withFilesAt } from '../../src/gateway/copies/files-elsewhere.ts'

const THERE = new Map([['abc', 'xyz']])
const HERE = 'https://generativelanguage.googleapis.com/v1beta/files/abc'
const COPY = 'https://generativelanguage.googleapis.com/v1beta/files/xyz'

/** A request with this part, written by hand so that its bytes are known. */
function asked(part: string): string {
  return `{"contents": [{"parts":[{"text":"Hi"},${part}]}]}`
}

describe('a request whose files are elsewhere', () => {
  it.each([
    [`{"fileData":{"fileUri":"${HERE}"}}`, `{"fileData":{"fileUri":"${COPY}"}}`],
    [`{"file_data" : { "file_uri" : "${HERE}" }}`, `{"file_data" : { "file_uri" : "${COPY}" }}`],
    [
      `{"fileData":{"fileUri":"${HERE.replaceAll('/', '\\/')}"}}`,
      `{"fileData":{"fileUri":"${COPY}"}}`,
    ],
    ['{"fileData":{"fileUri":"files/abc"}}', `{"fileData":{"fileUri":"${COPY}"}}`],
    [
      `{"functionResponse":{"name":"f","response":{},"parts":[{"fileData":{"fileUri":"${HERE}"}}]}}`,
      `{"functionResponse":{"name":"f","response":{},"parts":[{"fileData":{"fileUri":"${COPY}"}}]}}`,
    ],
  ])('names the copies: %s', (before, after) => {
    expect(withFilesAt(THERE, asked(before))).toBe(asked(after))
  })

  it('names the copies in the system instruction', () => {
    const text = (uri: string): string =>
      `{"systemInstruction":{"parts":[{"fileData":{"fileUri":"${uri}"}}]},"contents":[]}`
    expect(withFilesAt(THERE, text(HERE))).toBe(text(COPY))
  })

  it.each([
    '{"fileData":{"fileUri":"files/other"}}',
    '{"fileData":{"fileUri":"gs://bucket/files/abc"}}',
    '{"fileData":null}',
    '{"fileData":{"fileUri":7}}',
    `{"text":"${HERE}"}`,
    '{"text":"\\"fileUri\\":\\"files/abc\\""}',
    `{"functionCall":{"name":"open","args":{"fileUri":"${HERE}","fileData":{"fileUri":"${HERE}"}}}}`,
    `{"functionResponse":{"name":"open","response":{"fileData":{"fileUri":"${HERE}"}}}}`,
    '{"n":12345678901234567890,"fileData":{"fileUri":"https://example.com/a"}}',
  ])('is else as it was: %s', (part) => {
    expect(withFilesAt(THERE, asked(part))).toBe(asked(part))
  })
})

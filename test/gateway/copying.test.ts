import { describe, expect, it } from 'vitest'
import { withFilesAt } from '../../src/gateway/copies/copying.ts'

const THERE = new Map([['abc', 'xyz']])
const HERE = 'https://generativelanguage.googleapis.com/v1beta/files/abc'
const COPY = 'https://generativelanguage.googleapis.com/v1beta/files/xyz'

describe('a request whose files are elsewhere', () => {
  it.each([
    [`{"fileUri":"${HERE}"}`, `{"fileUri":"${COPY}"}`],
    [`{ "file_uri" : "${HERE}" }`, `{ "file_uri" : "${COPY}" }`],
    [`{"fileUri":"${HERE.replaceAll('/', '\\/')}"}`, `{"fileUri":"${COPY}"}`],
    ['{"fileUri":"files/abc"}', `{"fileUri":"${COPY}"}`],
  ])('names the copies: %s', (before, after) => {
    expect(withFilesAt(THERE, before)).toBe(after)
  })

  it.each([
    '{"fileUri":"files/other"}',
    '{"fileUri":"gs://bucket/files/abc"}',
    `{"text":"${HERE}"}`,
    '{"text":"\\"fileUri\\":\\"files/abc\\""}',
    '{"n":12345678901234567890,"fileUri":"https://example.com/a"}',
  ])('is else as it was: %s', (json) => {
    expect(withFilesAt(THERE, json)).toBe(json)
  })
})

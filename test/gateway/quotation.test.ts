import { describe, expect, it } from 'vitest'
import { quotable } from '../../src/gateway/quotation.ts'
import type { Access } from '../../src/upstreams/credential.ts'

const KEY = 'AIzaSyCANARY-0123456789_abcdefghijklmno'
const ACCESS: Access = {
  upstream: 'gemini-api',
  project: 'my-own-project',
  location: null,
  quotaProject: 'quota-of-mine',
  auth: { scheme: 'api_key', value: KEY },
}
const SAID = "Invalid value at 'contents[0]': "

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64()
}

describe("Google's words on a request", () => {
  it.each([
    ["Invalid value at 'contents[0].parts[0].text': half a pair"],
    ['* GenerateContentRequest.tools[0].function_declarations[0].name: must start with a letter'],
    ['Please ensure that function call turn comes immediately after a user turn.'],
    ['Unable to submit request because thinking is not supported by this model.'],
    ['Penalty is not enabled for this model'],
    ['The requested combination of response modalities (TEXT, AUDIO) is not supported'],
    ['Request payload size exceeds the limit: 20971520 bytes.'],
    ['outputDimensionality must be in the range [1, 3072].'],
    ['output_dimensionality: must be at most 768'],
    ['generation_config.top_k is out of range'],
    ['thinkingBudget is not supported for this model'],
    ['Cached content is too small. total_token_count=9, min_total_token_count=1024'],
    ['Cached content abc-1 is expired.'],
    ['Not found: cached content metadata for abc-1.'],
    ['* CreateFileRequest.file.name: invalid name files/Mine'],
    ['* CreateCachedContentRequest.cached_content.model: model is not specified'],
    ['* BatchGenerateContentRequest.batch.input_config: requests are not specified'],
    ['files/mine already exists'],
    ['Chunk size must be a multiple of 262144 bytes.'],
    ['last_event_id is not valid.'],
    [
      'Model used by GenerateContent request (models/a) and CachedContent (models/b) has to be the same.',
    ],
    ['A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth.'],
    ['You can only set only one of thinking budget and thinking level.'],
    ['Code execution is not enabled for models/gemma-3-27b-it'],
    ['Json mode is not enabled for models/gemini-pro'],
    ['Explicit caching is not supported for this model.'],
    ['Continuation is not supported for this model.'],
    ['Speech config is not enabled for models/gemini-2.5-flash'],
    ['google_search_retrieval is not supported. Please use google_search tool instead.'],
    ['allowed_function_names contains g, which is not in function_declarations.'],
    ['reference to undefined schema at top-level'],
    ['expire_time must be in the future.'],
    ['Failed to parse the input file files/abc.'],
    ['Exactly one of model and agent must be specified.'],
    ['background requires store to be true.'],
    ['input is not specified, or of no known form.'],
  ])('are quoted as they are: %s', (message) => {
    expect(quotable(message, ACCESS)).toBe(message)
  })

  it.each([
    ['the key', KEY],
    ['the key, encoded for an address', encodeURIComponent(`${KEY}/+`)],
    ['the key, spelled as in JSON', KEY.replace('AI', String.raw`\u0041\u0049`)],
    ['the key, spelled as in HTML', KEY.replace('z', '&#122;').replace('C', '&#x43;')],
    ['the key, encoded in part', KEY.replace('C', '%43')],
    ['the key, encoded in part and then again', KEY.replace('C', '%2543')],
    ['the key, spelled as in JSON within JSON', KEY.replace('AI', String.raw`\\u0041\\u0049`)],
    ['the key within base64', base64(`x:${KEY}`)],
    ['the project within base64', base64(`p=my-own-project&x`)],
    ['a signed address', 'https://storage.googleapis.com/b/o?X-Goog-Signature=CANARY0123'],
    ['another key', 'AIzaSyOTHER-0123456789_abcdefghijklmno'],
    ['a key of the new kind', 'AQ.Ab8RN6CANARYCANARYCANARY'],
    ['an access token', 'ya29.a0CANARY_canary-canary.canary'],
    ['a refresh token', '1//0gCANARYcanaryCANARY-canary'],
    ['a client secret', 'GOCSPX-CANARYcanary'],
    ['an OAuth client', '481516234200-canary.apps.googleusercontent.com'],
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJDQU5BUlkifQ.c2lnbmF0dXJlQ0FOQVJZ'],
    ['an account', 'canary@my-proj.iam.gserviceaccount.com'],
    ['an account, encoded', 'canary%40my-proj.iam.gserviceaccount.com'],
    ['an account, encoded for HTML', 'canary&#64;my-proj.iam.gserviceaccount.com'],
    ['the project', 'my-own-project'],
    ['the project, in base64', base64('my-own-project').replace(/=+$/, '')],
    ['the quota project', 'quota-of-mine'],
    ['the number of a project', '481516234200'],
    ['a resource', 'projects/canary-project/locations/x'],
    ['a resource, encoded', 'projects%2Fcanary-project%2Flocations'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIICANARY\n-----END PRIVATE KEY-----'],
    ['a header', 'Bearer CANARYtoken.canary'],
    ['a field', 'api_key: CANARY-value'],
    ['a client by its name', 'client_id=canary-client'],
    ['an account, encoded twice', 'canary%2540my-proj.iam.gserviceaccount.com'],
    ['an account, in base64', base64('canary@my-proj.iam.gserviceaccount.com')],
    ['a short account, in base64', base64('c@canary.io').replace(/=+$/, '')],
    ['an access token, encoded', 'ya29%2Ea0CANARY_canary'],
    ['a refresh token, encoded', '1%2F%2F0gCANARYcanaryCANARY'],
    ['a key behind a word', 'keyAIzaSyOTHER-0123456789canary'],
    ['the project in capitals', 'MY-OWN-PROJECT'],
    ['a key’s id', '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567'],
    ['a billing account', '01AB45-6789AB-CDEF01'],
  ])('are quoted without %s', (_, secret) => {
    for (const around of [(s: string) => s, (s: string) => `"${s}"`, (s: string) => `(${s}).`]) {
      const said = quotable(SAID + around(secret) + ' and more', ACCESS) ?? ''
      expect(said).toContain(SAID.trim())
      expect(said).toContain('and more')
      expect(said).not.toMatch(/canary|481516234200|my-own-project|quota-of-mine|Q0FOQVJZ/i)
      expect(said).not.toContain(secret)
    }
  })

  it.each([
    ['Consumer CANARY has been suspended.'],
    ['API key not valid. Please pass a valid API key.'],
    ['Vertex AI API has not been used in project 481516234200 before or it is disabled.'],
    ['Account canary is not eligible'],
    ['<!doctype html><title>Error 400</title>'],
    [''],
  ])('of a form that is not known are not quoted: %s', (message) => {
    expect(quotable(message, ACCESS)).toBeNull()
  })

  it('are cut before anything is looked for in them', () => {
    const began = performance.now()
    const said = quotable(SAID + 'project '.repeat(500_000), ACCESS)
    expect(said?.length).toBeLessThanOrEqual(1000)
    expect(performance.now() - began).toBeLessThan(5000) // Without the cut it takes minutes.
  })
})

import { describe, expect, it } from 'vitest'
import { exportPKCS8, generateKeyPair, SignJWT } from 'jose'
import { HELLO, rawPost, useGoogle } from './google.ts'

const google = await useGoogle()
const PATH = '/v1beta/models/gemini-2.5-flash:generateContent'
const STREAM = '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse'

async function key(): Promise<Record<string, string>> {
  return { 'x-goog-api-key': (await google.control.registerApiKey()).handle }
}

describe('a held call', () => {
  it('waits until it is released', async () => {
    const headers = await key()
    await google.control.script({ reply: { hold: 'a' } })
    let isDone = false
    const answer = google.post(PATH, HELLO, headers).then((response) => {
      isDone = true
      return response.status
    })
    await google.control.waitForCall(({ credential }) => credential !== undefined)
    // Another call finishes first.
    expect((await google.post(PATH, HELLO, headers)).status).toBe(200)
    expect(isDone).toBe(false)
    expect(await google.control.release('a')).toBe(1)
    expect(await answer).toBe(200)
    expect(await google.control.release('a')).toBe(0)
  })

  it('is seen to end when the client leaves', async () => {
    const headers = await key()
    await google.control.script({ reply: { hold: 'b' } })
    const leaving = new AbortController()
    const answer = fetch(`${google.url}${PATH}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(HELLO),
      signal: leaving.signal,
    })
    await google.control.waitForCall(({ credential }) => credential !== undefined)
    leaving.abort()
    await expect(answer).rejects.toThrow('abort')
    await google.control.waitForCall(({ aborted }) => aborted)
    expect(await google.control.release('b')).toBe(0)
  })
})

describe('a body', () => {
  it.each([1, 7, 200])('breaks off at byte %d', async (breakOffAtByte) => {
    const headers = await key()
    const text = 'word '.repeat(200)
    for (const path of [STREAM, PATH]) {
      await google.control.script({ reply: { text, breakOffAtByte } })
      const { head, body } = await rawPost(google.port, path, { headers })
      expect(head).toContain('HTTP/1.1 200')
      // Removes the lines with the chunks' sizes.
      const sent = body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, '').replace(/\r\n$/, '')
      expect(sent).toHaveLength(breakOffAtByte)
    }
  })

  it('is silent for a while, or for good', async () => {
    const headers = await key()
    await google.control.script({ reply: { text: 'a b c', pause: { after: 1, ms: 300 } } })
    const began = performance.now()
    const response = await google.post(STREAM, HELLO, headers)
    const reader = response.body?.getReader()
    await reader?.read()
    const first = performance.now() - began
    while (!(await reader?.read())?.done);
    expect(performance.now() - began - first).toBeGreaterThanOrEqual(250)
    await google.control.script({ reply: { text: 'a b c', hangAtByte: 10 } })
    const hanging = await google.post(STREAM, HELLO, headers)
    const read = await hanging.body?.getReader().read()
    expect(read?.value).toHaveLength(10)
    const call = (await google.control.calls()).at(-1)
    expect(call).toMatchObject({ finished: false, events: 0 })
  })
})

describe('things of a project', () => {
  it('change their state, and run out', async () => {
    const headers = await key()
    const cached = { role: 'user', parts: [{ text: 'word '.repeat(2000) }] }
    const model = 'models/gemini-2.5-flash'
    const made = await google.post('/v1beta/cachedContents', { model, contents: [cached] }, headers)
    const cache = (await made.json()) as { name: string }
    const get = (name: string): Promise<Response> =>
      fetch(`${google.url}/v1beta/${name}`, { headers })
    expect((await get(cache.name)).status).toBe(200)
    await google.control.expire(cache.name)
    expect((await get(cache.name)).status).toBe(403)
    const requests = { requests: { requests: [{ request: HELLO }] } }
    const path = '/v1beta/models/gemini-2.5-flash:batchGenerateContent'
    const begun = await google.post(path, { batch: { inputConfig: requests } }, headers)
    const batch = (await begun.json()) as { name: string }
    await google.control.setBatchState(batch.name, 'BATCH_STATE_RUNNING')
    for (let poll = 0; poll < 5; poll++) {
      expect(await (await get(batch.name)).json()).toMatchObject({
        metadata: { state: 'BATCH_STATE_RUNNING', batchStats: { pendingRequestCount: '1' } },
      })
    }
    await google.control.setBatchState(batch.name, 'BATCH_STATE_SUCCEEDED')
    expect(await (await get(batch.name)).json()).toMatchObject({
      done: true,
      metadata: { batchStats: { requestCount: '1', successfulRequestCount: '1' } },
      response: { inlinedResponses: { inlinedResponses: [{ response: {} }] } },
    })
    await google.control.setBatchState(batch.name, 'BATCH_STATE_EXPIRED')
    expect(await (await get(batch.name)).json()).toMatchObject({ error: { code: 4 } })
    await expect(google.control.expire('files/none')).rejects.toThrow('nothing of this name')
  })
})

describe('credentials that nobody registered', () => {
  const MADE_UP = 'AIzaSyMadeUpMadeUpMadeUpMadeUpMadeUp123'
  const asKey = (value: string): Promise<Response> =>
    google.post(PATH, HELLO, { 'x-goog-api-key': value })

  async function assertion(project: string): Promise<URLSearchParams> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    expect(await exportPKCS8(privateKey)).toContain('PRIVATE KEY')
    const jwt = await new SignJWT({ scope: 'https://www.googleapis.com/auth/cloud-platform' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(`bot@${project}.iam.gserviceaccount.com`)
      .setAudience(`${google.url}/token`)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
    return new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jwt,
    })
  }

  const refresh = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'a.apps.googleusercontent.com',
    client_secret: 'b',
    refresh_token: '1//c',
  })
  const token = (body: URLSearchParams): Promise<Response> =>
    fetch(`${google.url}/token`, { method: 'POST', body })

  it('are unknown', async () => {
    expect((await asKey(MADE_UP)).status).toBe(400)
    expect((await token(refresh)).status).toBe(401)
    expect((await token(await assertion('my-project'))).status).toBe(400)
  })

  it('are let in where the switch says so, if they have the form', async () => {
    await google.control.setCredentials('any')
    expect((await asKey(MADE_UP)).status).toBe(200)
    expect((await asKey('short')).status).toBe(400)
    expect((await token(refresh)).status).toBe(200)
    const granted = await token(await assertion('my-project'))
    const { access_token: bearer } = (await granted.json()) as { access_token: string }
    const headers = { authorization: `Bearer ${bearer}` }
    const vertex = (project: string): Promise<Response> =>
      google.post(
        `/v1/projects/${project}/locations/global/publishers/google/models/gemini-2.5-pro:generateContent`,
        HELLO,
        headers,
      )
    expect((await vertex('my-project')).status).toBe(200)
    expect((await vertex('another')).status).toBe(403)
    expect((await token(await assertion('no'))).status).toBe(400)
    // A credential that its owner revoked is not accepted again.
    expect(await google.control.removeCredential(MADE_UP)).toBe(true)
    expect((await asKey(MADE_UP)).status).toBe(400)
    await google.control.reset()
    expect((await asKey(`${MADE_UP}4`)).status).toBe(400)
  })
})

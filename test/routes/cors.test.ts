import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../../src/worker.ts'
import { chat, fetchPollux, givenUser, MASTER_KEY } from '../support/pollux.ts'

const PAGE = 'https://chat.example.com'

/** Calls a Worker that another operator has configured. */
async function fetchWith(
  vars: Record<string, string>,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const request = new Request(`http://pollux.test${path}`, init)
  const configured = { ...env, ...vars } as Env
  return worker.fetch(
    request as Parameters<typeof worker.fetch>[0],
    configured,
    createExecutionContext(),
  )
}

function preflight(headers = 'authorization, content-type'): RequestInit {
  return {
    method: 'OPTIONS',
    headers: {
      origin: PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': headers,
    },
  }
}

describe('a page in a browser', () => {
  it.each([
    '/v1/chat/completions',
    '/v1/embeddings',
    '/v1/models',
    '/chat/completions',
    '/v1beta/openai/chat/completions',
    '/v1/nowhere',
  ])('may call %s', async (path) => {
    const answer = await fetchPollux(path, preflight())
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization, content-type')
    expect(answer.headers.get('access-control-max-age')).toBe('86400')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('may send what the SDKs send, and nothing that nobody knows', async () => {
    const known =
      'authorization, content-type, openai-organization, x-api-key, x-stainless-os, anthropic-version, anthropic-workspace-id'
    const answer = await fetchPollux('/v1/models', preflight(`${known}, cookie`))
    expect(answer.headers.get('access-control-allow-headers')).toBe(known)
  })

  it('may read an answer, a stream and their headers', async () => {
    const user = await givenUser()
    for (const stream of [false, true]) {
      const headers = { authorization: `Bearer ${user.key}`, origin: PAGE }
      const answer = await chat(user.key, { stream }, { headers })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      const exposed = answer.headers.get('access-control-expose-headers') ?? ''
      expect(exposed.split(', ')).toEqual(
        expect.arrayContaining([
          'x-request-id',
          'retry-after',
          'x-ratelimit-remaining-requests',
          'anthropic-ratelimit-tokens-reset',
        ]),
      )
      await answer.text()
    }
  })

  it.each([
    ['an unknown key', '/v1/models', 401],
    ['an address that there is not', '/v1/nowhere', 404],
  ])('may read of %s', async (_, path, status) => {
    const headers = { origin: PAGE, authorization: 'Bearer nobody-has-this-key' }
    const answer = await fetchPollux(path, { headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  it.each(['/v1/config/users', '/v1/config/update', '/debug/stats', '/v1/test'])(
    'may not call %s, nor read what it answers',
    async (path) => {
      const asked = await fetchPollux(path, preflight())
      expect(asked.headers.get('access-control-allow-origin')).toBeNull()
      const headers = { origin: PAGE, authorization: `Bearer ${MASTER_KEY}` }
      const answer = await fetchPollux(path, { headers })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    },
  )
})

describe('CORS_ORIGINS', () => {
  const vars = { CORS_ORIGINS: `https://other.example.com, ${PAGE}` }

  it('lets the pages of a list, and only those', async () => {
    const ours = await fetchWith(vars, '/v1/models', preflight())
    expect(ours.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(ours.headers.get('vary')).toContain('origin')
    const headers = { origin: 'https://elsewhere.example.com' }
    const theirs = await fetchWith(vars, '/v1/models', { headers })
    expect(theirs.status).toBe(401)
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull()
    expect(theirs.headers.get('vary')).toContain('origin')
  })

  it('may be empty: then no page may', async () => {
    const answer = await fetchWith({ CORS_ORIGINS: '' }, '/v1/models', preflight())
    expect(answer.status).toBe(405)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each(['https://chat.example.com/path', 'chat.example.com', 'https://*.example.com'])(
    'is named where it is %s, which no browser sends',
    async (origin) => {
      const answer = await fetchWith({ CORS_ORIGINS: origin }, '/v1/models', {})
      expect(answer.status).toBe(500)
      expect(await answer.text()).toContain('CORS_ORIGINS')
    },
  )
})

describe('CORS_ADMIN_ORIGINS', () => {
  it('lets an admin’s page, on purpose', async () => {
    const vars = { CORS_ADMIN_ORIGINS: PAGE }
    const answer = await fetchWith(vars, '/v1/config/users', preflight())
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE)
  })

  it('takes no star', async () => {
    const answer = await fetchWith({ CORS_ADMIN_ORIGINS: '*' }, '/v1/models', {})
    expect(await answer.text()).toContain('CORS_ADMIN_ORIGINS')
  })
})

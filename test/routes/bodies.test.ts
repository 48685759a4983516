import { describe, expect, it } from 'vitest'
import { callsOf, type ErrorBody, givenUser, post } from '../support/pollux.ts'

const ROUTES = [
  'chat/completions',
  'completions',
  'embeddings',
  'images/generations',
  'audio/speech',
].map((name) => `/v1/${name}`)

describe.each(ROUTES)('POST %s', (route) => {
  it.each(['null', '[]', '[{"model":"gemini-2.5-flash"}]', '"text"', '3'])(
    'refuses %s, which is no object, and blames no field',
    async (body) => {
      const user = await givenUser()
      const answer = await post(route, user.key, body)
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error).toMatchObject({
        message: 'The request body must be a JSON object.',
        code: 'invalid_type',
        param: null,
      })
      expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
    },
  )
})

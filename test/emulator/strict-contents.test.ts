import { describe, expect, it } from 'vitest'
import { useGoogle } from './google.ts'
import { call, complaintsOf, model, result, text, user } from './requests.ts'
import type { Case } from './requests.ts'

const google = await useGoogle()
const complaint = complaintsOf(google)

describe('refuses contents', () => {
  const NO_ROLE = 'Please use a valid role: user, model.'
  const CALL_TURN =
    'Please ensure that function call turn comes immediately after a user turn or after a function response turn.'
  const COUNT =
    'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'

  it.each<Case>([
    ['that are missing', {}, '* GenerateContentRequest.contents: contents is not specified'],
    [
      'without parts',
      { contents: [{ role: 'user', parts: [] }] },
      '* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.',
    ],
    [
      'with an empty part',
      { contents: [user({})] },
      "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one initialized field",
    ],
    ['with a role of OpenAI', { contents: [{ role: 'assistant', parts: [text] }] }, NO_ROLE],
    [
      'without role among others',
      { contents: [{ parts: [text] }, model(text), user(text)] },
      NO_ROLE,
    ],
    [
      'with role function since 3.6',
      { contents: [{ role: 'function', parts: [result()] }] },
      "Role 'function' is not supported. Please use a valid role: SYSTEM, SYSTEM_1, USER, ASSISTANT, DEVELOPER, CONTEXT, USER_CONTEXT, MODEL.",
      'gemini-3.6-flash',
    ],
    ['that begin with a call', { contents: [model(call()), user(result())] }, CALL_TURN],
    [
      'with a call after a model turn',
      { contents: [user(text), model(text), model(call()), user(result())] },
      CALL_TURN,
    ],
    [
      'with fewer results than calls',
      { contents: [user(text), model(call('f'), call('g')), user(result('f'))] },
      COUNT,
    ],
    [
      'with text between call and result',
      { contents: [user(text), model(call()), user(text), user(result())] },
      COUNT,
    ],
    [
      'with a result of another function',
      { contents: [user(text), model(call('f')), user(result('g'))] },
      'Please ensure that the name of each function response part matches a function call part of the function call turn.',
    ],
    [
      'with a result of no call',
      { contents: [user(text), user(result())] },
      'Please ensure that function response turn comes immediately after a function call turn.',
    ],
    [
      'that end with the model since 3.7',
      { contents: [user(text), model(text)] },
      'Requests ending with a model turn are not supported',
      'gemini-3.8-flash',
    ],
    [
      'with empty inline data',
      { contents: [user({ inlineData: { mimeType: 'image/png' } })] },
      'Unable to submit request because it has an empty inlineData parameter. Add a value to the parameter and try again.',
    ],
    [
      'of an unsupported mime type',
      { contents: [user({ inlineData: { mimeType: 'image/gif', data: 'R0lG' } })] },
      'Unsupported MIME type: image/gif',
    ],
    [
      'that point to the web',
      { contents: [user({ fileData: { fileUri: 'https://x.test/a.png' } })] },
      'Unsupported file URI type: https://x.test/a.png',
    ],
  ])('%s', async (_, body, message, id) => {
    expect(await complaint('gemini-api', body, id)).toBe(message)
  })

  it('demands a role and a mime type on Vertex', async () => {
    expect(await complaint('vertex', { contents: [{ parts: [text] }] })).toBe(NO_ROLE)
    const fileData = { fileUri: 'gs://b/a.png' }
    expect(await complaint('vertex', { contents: [user({ fileData })] })).toContain(
      'empty mimeType parameter in fileData',
    )
  })
})

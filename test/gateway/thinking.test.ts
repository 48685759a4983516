/** What Google is told of thinking, and which setting decides where thoughts go. */
import { describe, expect, it } from 'vitest'
import { admin, chat, configure, type ErrorBody, givenUser, type User } from '../support/pollux.ts'
import { lastRequestOf } from '../support/received.ts'

type Fields = Record<string, unknown>

async function thinkingOf(user: User, fields: Fields): Promise<unknown> {
  const answer = await chat(user.key, fields)
  if (!answer.ok) throw new Error(await answer.text())
  await answer.text()
  return (await lastRequestOf(user)).generationConfig?.thinkingConfig
}

const EVERYWHERE = ['api_key', 'service_account', 'authorized_user'] as const

describe('an effort', () => {
  const high = { reasoning_effort: 'high' }
  const off = { reasoning_effort: 'none' }

  it.each(EVERYWHERE)('is told in the terms of the model, through %s', async (kind) => {
    const user = await givenUser([kind])
    const told = (model: string, fields: Fields) => thinkingOf(user, { model, ...fields })
    expect(await told('gemini-2.5-pro', high)).toEqual({
      thinkingBudget: 24_576,
      includeThoughts: true,
    })
    expect(await told('gemini-2.5-pro', off)).toEqual({ thinkingBudget: 128 })
    expect(await told('gemini-2.5-flash', off)).toEqual({ thinkingBudget: 0 })
    expect(await told('gemini-2.5-flash-lite', {})).toBeUndefined()
    expect(await told('gemini-3-flash-preview', off)).toEqual({ thinkingLevel: 'MINIMAL' })
    expect(await told('gemini-3.1-pro-preview', off)).toEqual({ thinkingLevel: 'LOW' })
    expect(await told('gemini-3.1-pro-preview', { reasoning_effort: 'max' })).toEqual({
      thinkingLevel: 'HIGH',
      includeThoughts: true,
    })
  })

  it('is told in the terms of the model that an alias stands for', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { aliases: { fast: 'gemini-2.5-flash', good: 'gemini-3.8-flash' } })
    const effort = { reasoning_effort: 'medium' }
    expect(await thinkingOf(user, { model: 'fast', ...effort })).toMatchObject({
      thinkingBudget: 8192,
    })
    expect(await thinkingOf(user, { model: 'good', ...effort })).toMatchObject({
      thinkingLevel: 'MEDIUM',
    })
  })

  it('that is none is refused, and Google never hears of it', async () => {
    const user = await givenUser(['api_key'])
    const answer = await chat(user.key, { reasoning: { effort: 'huge' } })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.param).toBe('reasoning.effort')
  })
})

describe('thoughts', () => {
  interface Completion {
    readonly choices: readonly { readonly message: Fields }[]
  }

  async function messageOf(user: User, fields: Fields = {}): Promise<Fields | undefined> {
    const answer = await chat(user.key, fields)
    return (await answer.json<Completion>()).choices[0]?.message
  }

  it('are asked for and told as reasoning_content where nobody says', async () => {
    const user = await givenUser(['api_key'])
    expect(await messageOf(user)).toMatchObject({
      reasoning_content: expect.stringContaining('Thinking it over'),
    })
    expect((await lastRequestOf(user)).generationConfig).toEqual({
      thinkingConfig: { includeThoughts: true },
    })
  })

  it('are not even asked for where the user is to see none', async () => {
    const user = await givenUser(['api_key'])
    const changed = await admin('PATCH', `users/${user.userId}`, { reasoning_format: 'none' })
    expect(await changed.json()).toMatchObject({ user: { reasoning_format: 'none' } })
    expect(await messageOf(user)).not.toHaveProperty('reasoning_content')
    expect((await lastRequestOf(user)).generationConfig).toBeUndefined()
  })

  it('are asked for all the same where the request wants to see them', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { reasoning_format: 'none' })
    expect(await messageOf(user, { reasoning_format: 'reasoning_content' })).toMatchObject({
      reasoning_content: expect.stringContaining('Thinking it over'),
    })
  })

  it.each([{ reasoning: { exclude: true } }, { include_reasoning: false }])(
    'are left out where the request says so: %j',
    async (fields) => {
      const user = await givenUser(['api_key'])
      expect(await messageOf(user, fields)).not.toHaveProperty('reasoning_content')
      expect((await lastRequestOf(user)).generationConfig).toBeUndefined()
    },
  )

  it('go where an admin says, or are refused by name', async () => {
    const user = await givenUser(['api_key'])
    const refused = await admin('PATCH', `users/${user.userId}`, { reasoning_format: 'loud' })
    expect(refused.status).toBe(400)
    expect((await refused.json<ErrorBody>()).error.param).toBe('reasoning_format')
  })
})

/** What becomes of a conversation's turns, whichever dialect sends them. */
import { describe, expect, it } from 'vitest'
import { Conversation, type PastCall } from '../../../src/gemini/ask/conversation.ts'
import { FunctionNames } from '../../../src/gemini/ask/function-names.ts'
import type { Part } from '../../../src/gemini/types.ts'

const MAKER = { model: 'gemini-3.1-pro-preview', upstream: 'vertex' } as const
const QUESTION: Part = { text: 'hi' }

function made(id: string, name = 'f', more: Partial<PastCall> = {}): PastCall {
  return { id, name, args: {}, ...more }
}

function said(text: string): { readonly parts: readonly Part[] } {
  return { parts: [{ text }] }
}

function contentsOf(conversation: Conversation): unknown {
  const names = new FunctionNames(conversation.calledNames)
  return conversation.toGemini(names).contents
}

/** A question and two calls of one turn. */
function called(...calls: PastCall[]): Conversation {
  const conversation = new Conversation()
  conversation.user([QUESTION])
  conversation.model([], calls)
  return conversation
}

describe('a conversation', () => {
  it('has the results in the order of the calls, whenever they come', () => {
    const conversation = called(made('a'), made('b'))
    conversation.result({ id: 'b' }, said('second'))
    conversation.result({ id: 'a' }, said('first'))
    expect(contentsOf(conversation)).toEqual([
      { role: 'user', parts: [QUESTION] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'f', args: {} } },
          { functionCall: { id: 'b', name: 'f', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'f', response: { result: 'first' } } },
          { functionResponse: { id: 'b', name: 'f', response: { result: 'second' } } },
        ],
      },
    ])
  })

  it.each<[readonly string[], boolean, string]>([
    [['early', 'late'], false, 'late'],
    [['early', 'late'], true, 'early\nlate'],
    [['same', 'same'], true, 'same'],
    [['early', 'late', 'early'], true, 'early\nlate'],
  ])(
    'has of the results %j of one call, which are additions: %j',
    (results, isAddition, result) => {
      const conversation = called(made('a'))
      for (const text of results) conversation.result({ id: 'a' }, { ...said(text), isAddition })
      const part = { functionResponse: { id: 'a', name: 'f', response: { result } } }
      expect(contentsOf(conversation)).toMatchObject([{}, {}, { role: 'user', parts: [part] }])
    },
  )

  it('is not to be continued where a result came late, as the last that was said', () => {
    const late = called(made('a'), made('b'))
    late.result({ id: 'a' }, said('first'))
    late.model([{ text: 'One moment.' }])
    late.result({ id: 'b' }, said('second'))
    const text = 'Results that were missing have come. They stand behind their calls.'
    expect(contentsOf(late)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { id: 'a' } }, { functionResponse: { id: 'b' } }] },
      { role: 'model', parts: [{ text: 'One moment.' }] },
      { role: 'user', parts: [{ text }] },
    ])
    late.model([{ text: 'Well, ' }])
    expect(contentsOf(late)).toMatchObject([
      {},
      {},
      {},
      { role: 'model', parts: [{ text: 'One moment.' }, { text: 'Well, ' }] },
      { parts: [{ text: expect.stringContaining('Continue from exactly') }] },
    ])
  })

  it.each(['before its call', 'after its call'])('finds a signature that comes %s', (when) => {
    const conversation = new Conversation()
    conversation.user([QUESTION])
    if (when === 'before its call') conversation.sign('b', 'EgAB', MAKER)
    conversation.model([], [made('a'), made('b')])
    if (when === 'after its call') conversation.sign('b', 'EgAB', MAKER)
    expect(contentsOf(conversation)).toMatchObject([
      {},
      {
        parts: [
          { functionCall: { id: 'a' } },
          { functionCall: { id: 'b' }, thoughtSignature: 'EgAB', signedBy: MAKER },
        ],
      },
      {},
    ])
  })

  it("leaves a call's own signature where another comes apart from it", () => {
    const conversation = called(made('a', 'f', { signature: 'EgOwn' }))
    conversation.sign('a', 'EgOther', MAKER)
    expect(contentsOf(conversation)).toMatchObject([
      {},
      { parts: [{ thoughtSignature: 'EgOwn' }] },
      {},
    ])
  })

  it('keeps what is said along with results in their content, behind them', () => {
    const conversation = called(made('a'))
    conversation.result({ id: 'a' }, said('done'))
    conversation.along([{ text: 'a reminder' }])
    expect(contentsOf(conversation)).toMatchObject([
      {},
      {},
      { role: 'user', parts: [{ functionResponse: { id: 'a' } }, { text: 'a reminder' }] },
    ])
  })

  it('has what is said along with nothing as the user says it', () => {
    const conversation = new Conversation()
    conversation.along([{ text: 'a reminder' }])
    conversation.user([QUESTION])
    expect(contentsOf(conversation)).toEqual([
      { role: 'user', parts: [{ text: 'a reminder' }, QUESTION] },
    ])
  })

  it('begins another turn with what the user says after results', () => {
    const conversation = called(made('a'))
    conversation.result({ id: 'a' }, said('done'))
    conversation.user([{ text: 'and now?' }])
    expect(contentsOf(conversation)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { id: 'a' } }] },
      { parts: [{ text: 'and now?' }] },
    ])
  })

  it('says of a call that it failed, and why', () => {
    const conversation = called(made('a'))
    conversation.result({ id: 'a' }, { ...said('{"no":"such file"}'), isError: true })
    expect(contentsOf(conversation)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { response: { error: '{"no":"such file"}' } } }] },
    ])
  })

  it('answers a call whose result never came, and says a result without a call as the user', () => {
    const conversation = called(made('a'))
    conversation.result({ id: 'other' }, said('stray'))
    expect(contentsOf(conversation)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { response: { error: expect.any(String) } } }] },
      { parts: [{ text: 'stray' }] },
    ])
  })

  it("gives back a picture of the model's only with its signature", () => {
    const inlineData = { mimeType: 'image/png', data: 'AAAA' }
    const conversation = new Conversation()
    conversation.user([QUESTION])
    conversation.model([{ inlineData, thoughtSignature: 'EgAB' }, { inlineData }])
    expect(contentsOf(conversation)).toEqual([
      { role: 'user', parts: [QUESTION] },
      { role: 'model', parts: [{ inlineData, thoughtSignature: 'EgAB' }] },
      { role: 'user', parts: [{ inlineData }] },
    ])
  })

  it('shows the pictures that its client was told as Markdown', () => {
    const data = `iVBORw0KGgoAAAAN${'AbC/'.repeat(400)}AA==`
    const link = `![a cat](data:image/png;base64,${data})`
    const conversation = new Conversation()
    conversation.user([QUESTION])
    conversation.model([{ text: `Here:\n${link}\nand\n${link}` }])
    conversation.user([{ text: 'Bluer' }])
    const picture = { inlineData: { mimeType: 'image/png', data } }
    expect(contentsOf(conversation)).toEqual([
      { role: 'user', parts: [QUESTION] },
      { role: 'model', parts: [{ text: 'Here:' }, { text: 'and' }] },
      { role: 'user', parts: [picture, picture, { text: 'Bluer' }] },
    ])
  })

  it.each([
    ['one too short to matter', 'image/png;base64,iVBORw0KGgoAAAAN'],
    ['one that Gemini does not read', `image/gif;base64,R0lGODlhAAAA${'AAAA'.repeat(400)}`],
    ['one of unknown bytes', `image/png;base64,${'AAAA'.repeat(400)}`],
    ['one that was cut', `image/png;base64,iVBORw0KGgoAAAAN${'AAAA'.repeat(400)}... [cut]`],
    ['one that is no base64', `image/png,iVBORw0KGgoAAAAN${'AAAA'.repeat(400)}`],
  ])('leaves %s in the words', (_, url) => {
    const words = { text: `Here: ![](data:${url}) and more` }
    const conversation = new Conversation()
    conversation.user([QUESTION])
    conversation.model([words])
    conversation.user([QUESTION])
    expect(contentsOf(conversation)).toEqual([
      { role: 'user', parts: [QUESTION] },
      { role: 'model', parts: [words] },
      { role: 'user', parts: [QUESTION] },
    ])
  })

  it.each([
    ['no beginnings and no end', '](data:image/'.repeat(200_000)],
    ['one end together', `${'![](data:image/png;base64,AAAA'.repeat(100_000)})`],
  ])('leaves very many links with %s in the words', (_, text) => {
    const conversation = new Conversation()
    conversation.model([{ text }])
    expect(contentsOf(conversation)).toContainEqual({ role: 'model', parts: [{ text }] })
  })

  it('tells Gemini names of its own, in calls and results alike', () => {
    const conversation = called(made('a', 'read file'))
    conversation.result({ name: 'read file' }, said('done'))
    expect(contentsOf(conversation)).toMatchObject([
      {},
      { parts: [{ functionCall: { name: 'read_file' } }] },
      { parts: [{ functionResponse: { name: 'read_file' } }] },
    ])
  })
})

/** What stands in the conversations of Anthropic's clients. The emulator refuses all that Google may refuse. */
import { describe, expect, it } from 'vitest'
import type { Block, Message } from '../../support/message-events.ts'
import { ask, expectOk } from '../../support/messages.ts'
import { givenUser } from '../../support/pollux.ts'
import { lastRequestOf } from '../../support/received.ts'
import { GEMINI_3, TOOLS, UPSTREAMS, result, scripted } from './support.ts'

describe('what the model drew', () => {
  it('is told as Markdown, and comes back as a picture', async () => {
    const user = await givenUser()
    const model = 'gemini-3.1-flash-image'
    const inlineData = {
      mimeType: 'image/png',
      data: `iVBORw0KGgoAAAAN${'AbC/'.repeat(40_000)}`,
    }
    await scripted(user, { parts: [{ text: 'A cat.' }, { inlineData }] })
    const question = { role: 'user', content: 'Draw a cat' }
    const { content } = await (await ask(user.key, { model, messages: [question] })).json<Message>()
    const next = { role: 'user', content: 'Bluer' }
    const messages = [question, { role: 'assistant', content }, next]
    await expectOk(await ask(user.key, { model, messages }))
    expect((await lastRequestOf(user)).contents).toEqual([
      { role: 'user', parts: [{ text: 'Draw a cat' }] },
      { role: 'model', parts: [{ text: 'A cat.' }] },
      { role: 'user', parts: [{ inlineData }, { text: 'Bluer' }] },
    ])
  })
})

describe('system messages anywhere', () => {
  it('stay where they are said, behind the results of their turn', async () => {
    const user = await givenUser()
    const answer = await ask(user.key, {
      model: GEMINI_3,
      tools: TOOLS,
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2; cch=00000;' },
        { type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        { role: 'user', content: 'How is Paris?' },
        {
          role: 'system',
          content: [{ type: 'text', text: 'It is Sunday.' }],
          output_config: { effort: 'low' },
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'a.1', name: 'weather', input: {} }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a.1', content: 'sun' }] },
        { role: 'system', content: 'The user sent a word.' },
      ],
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    })
    await expectOk(answer)
    const sent = await lastRequestOf(user)
    expect(sent.systemInstruction?.parts).toEqual([{ text: 'Be short.' }])
    expect(sent.contents[0]?.parts).toEqual([
      { text: 'How is Paris?' },
      { text: '<system-reminder>\nIt is Sunday.\n</system-reminder>' },
    ])
    expect(sent.contents.at(-1)?.parts.map(({ text }) => text)).toEqual([
      undefined,
      '<system-reminder>\nThe user sent a word.\n</system-reminder>',
    ])
    expect(sent.generationConfig?.thinkingConfig).toMatchObject({ thinkingLevel: 'LOW' })
  })

  it('add and remove tools', async () => {
    const user = await givenUser()
    const [one, two] = TOOLS
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: [{ type: 'tool_removal', tool_name: 'weather' }] },
      {
        role: 'system',
        content: [{ type: 'tool_addition', tool: { ...two, name: 'news', defer_loading: true } }],
      },
    ]
    await expectOk(await ask(user.key, { tools: [one, two], messages }))
    const { tools = [], contents } = await lastRequestOf(user)
    const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    expect(declared.map(({ name }) => name)).toEqual(['time', 'news'])
    expect(contents).toEqual([{ role: 'user', parts: [{ text: 'Hi' }] }])
  })

  const [weather, time] = TOOLS
  const said = (type: string, tool: object): object => ({
    role: 'system',
    content: [{ type, tool }],
  })
  const removal = (name: string, type = 'tool_reference'): object =>
    said('tool_removal', { type, name })
  const addition = (name: string): object => said('tool_addition', { type: 'tool_reference', name })
  const definition = (tool: object): object =>
    said('tool_addition', { type: 'tool_definition', definition: tool })
  const news = { ...time, name: 'news' }

  // As Claude Code and the SDK's tool runner write them.
  it.each<[string, object[], unknown[]]>([
    ['a definition', [definition(news)], ['weather', 'time', 'news']],
    [
      'a definition of a known type',
      [definition({ type: 'bash_20250124', name: 'bash' })],
      ['weather', 'time', 'bash'],
    ],
    ['a removal', [removal('weather')], ['time']],
    [
      'a removal that was taken back',
      [removal('weather'), addition('weather')],
      ['weather', 'time'],
    ],
    ['a definition that was removed', [definition(news), removal('news')], ['weather', 'time']],
    [
      'a definition that was removed, and added again by its name',
      [definition(news), removal('news'), addition('news')],
      ['weather', 'time', 'news'],
    ],
    ['tools of a server', [removal('weather', 'mcp_tool_reference')], ['weather', 'time']],
  ])('change the tools by %s', async (_, changes, names) => {
    const user = await givenUser()
    const messages = [{ role: 'user', content: 'Hi' }, ...changes]
    await expectOk(await ask(user.key, { tools: [weather, time], messages }))
    const { tools = [] } = await lastRequestOf(user)
    const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    expect(declared.map(({ name }) => name)).toEqual(names)
  })

  it('define a tool anew', async () => {
    const user = await givenUser()
    const messages = [
      { role: 'user', content: 'Hi' },
      definition({ ...weather, description: 'Anew.' }),
    ]
    await expectOk(await ask(user.key, { tools: [weather], messages }))
    const { tools } = await lastRequestOf(user)
    expect(tools?.[0]?.functionDeclarations).toMatchObject([
      { name: 'weather', description: 'Anew.' },
    ])
  })

  it('say nothing more once the turn is over for which they were said, and keep their tools', async () => {
    const user = await givenUser()
    const forTurn = (text: string): object => ({
      role: 'system',
      content: [
        { type: 'text', text },
        { type: 'tool_removal', tool: { type: 'tool_reference', name: 'weather' } },
      ],
      clear_at: 'next_user_message',
    })
    const messages = [
      forTurn('Greet.'),
      { role: 'user', content: 'Hi' },
      forTurn('Be brief.'),
      { role: 'system', content: 'It is Sunday.', clear_at: 'never' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'And now?' },
      forTurn('Be long.'),
    ]
    await expectOk(await ask(user.key, { tools: [weather, time], messages }))
    const { contents, systemInstruction, tools } = await lastRequestOf(user)
    const texts = contents.flatMap(({ parts }) => parts.map(({ text }) => text))
    expect(systemInstruction?.parts).toEqual([{ text: 'Greet.' }])
    expect(texts).toEqual([
      'Hi',
      '<system-reminder>\nIt is Sunday.\n</system-reminder>',
      'Hello',
      'And now?',
      '<system-reminder>\nBe long.\n</system-reminder>',
    ])
    expect(tools?.[0]?.functionDeclarations?.map(({ name }) => name)).toEqual(['time'])
  })

  it('of which only a summary is left keep the tools as they changed them', async () => {
    const user = await givenUser()
    const changes = [
      { type: 'tool_addition', tool: { type: 'tool_definition', definition: news } },
      { type: 'tool_removal', tool: { type: 'tool_reference', name: 'weather' } },
    ]
    const summary = { type: 'compaction', content: 'She is Ada.', tool_changes: changes }
    const messages = [
      { role: 'assistant', content: [summary] },
      { role: 'user', content: 'Hi' },
    ]
    await expectOk(await ask(user.key, { tools: [weather, time], messages }))
    const { tools } = await lastRequestOf(user)
    expect(tools?.[0]?.functionDeclarations?.map(({ name }) => name)).toEqual(['time', 'news'])
  })

  it('may be all that there is', async () => {
    const user = await givenUser()
    const answer = await ask(user.key, { messages: [{ role: 'system', content: 'Say hello.' }] })
    expect(answer.status).toBe(200)
  })
})

describe('results of every kind', () => {
  const PNG =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const PDF = btoa('%PDF-1.4\n%%EOF')
  const GIF = btoa('GIF89a\x01\x00\x01\x00')
  it.each(UPSTREAMS)('reach Google on %s', async (kind) => {
    const user = await givenUser([kind])
    const contents: [unknown, object][] = [
      [
        [{ type: 'tool_reference', tool_name: 'time' }],
        { response: { result: 'Tool time is loaded.' } },
      ],
      [undefined, { response: { result: '' } }],
      [[], { response: { result: '' } }],
      ['', { response: { result: '' } }],
      ['{"a":1}', { response: { a: 1 } }],
      [
        [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
        { response: { result: 'a\nb' } },
      ],
      [
        [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }],
        { response: { result: '' } },
      ],
      [
        [
          { type: 'text', text: 'pdf' },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: PDF },
          },
        ],
        { response: { result: 'pdf' } },
      ],
      // Sent again with each turn of the conversation, which a refusal would end.
      [
        [
          { type: 'text', text: 'gif' },
          { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: GIF } },
        ],
        {
          response: {
            result:
              'gif\n(A file of this result is image/gif, which is not an image that Gemini reads: PNG, JPEG, WebP, HEIC or HEIF. It was left out.)',
          },
        },
      ],
      [
        ['', '***', 'data:image/png;base64,'].map((data) => ({
          type: 'image',
          source: { type: 'base64', media_type: 'image/png', data },
        })),
        {
          response: {
            result: ['holds no data', 'must be base64', 'holds no data']
              .map((what) => `(A file of this result ${what}. It was left out.)`)
              .join('\n'),
          },
        },
      ],
      [
        [
          {
            type: 'search_result',
            title: 'T',
            source: 'S',
            content: [{ type: 'text', text: 'C' }],
          },
        ],
        { response: { result: 'T\nS\nC' } },
      ],
    ]
    const ids = contents.map((_, at) => `toolu_${at}`)
    const answer = await ask(user.key, {
      model: GEMINI_3,
      tools: TOOLS,
      messages: [
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          content: ids.map((id) => ({ type: 'tool_use', id, name: 'weather', input: {} })),
        },
        {
          role: 'user',
          content: [
            ...contents.map(([content], at) => ({
              type: 'tool_result',
              tool_use_id: ids[at],
              content,
            })),
            { type: 'tool_result', tool_use_id: 'nobody', content: 'lost' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'x', name: 'time', input: { __unparsedToolInput: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'x', is_error: true, content: 'bad' }],
        },
      ],
    })
    await expectOk(answer)
    const sent = await lastRequestOf(user)
    const results = sent.contents[2]?.parts ?? []
    contents.forEach(([, expected], at) => {
      expect(results[at]?.functionResponse).toMatchObject({ name: 'weather', ...expected })
    })
    // Media stand beside the results if the model does not accept them inside.
    expect(results.slice(contents.length).map(({ inlineData }) => inlineData?.mimeType)).toEqual([
      'image/png',
      'application/pdf',
    ])
    expect(sent.contents.at(-1)?.parts).toEqual([
      { functionResponse: { name: 'time', id: 'x', response: { error: 'bad' } } },
    ])
  })
})

describe('turns of a conversation', () => {
  const called = (id: string, name: string): Block => ({ type: 'tool_use', id, name, input: {} })
  const given = (id: string, text: string): Block => result({ type: 'tool_use', id }, text)
  const assistant = (...content: Block[]): object => ({ role: 'assistant', content })
  const user = (...content: Block[]): object => ({ role: 'user', content })
  const words = (text: string): Block => ({ type: 'text', text })
  const call = (id: string, name: string): object => ({ functionCall: { id, name, args: {} } })
  const response = (id: string, name: string, text: string): object => ({
    functionResponse: { id, name, response: { result: text } },
  })
  const hi = { role: 'user', parts: [{ text: 'Hi' }] }

  it.each<[string, readonly object[], readonly object[]]>([
    [
      'results in several messages, with a system message in between',
      [
        assistant(called('a', 'weather'), called('b', 'time')),
        user(given('b', 'B')),
        { role: 'system', content: 'Hurry.' },
        user(words('Well'), given('a', 'A')),
      ],
      [
        { role: 'model', parts: [call('a', 'weather'), call('b', 'time')] },
        {
          role: 'user',
          parts: [
            response('a', 'weather', 'A'),
            response('b', 'time', 'B'),
            { text: '<system-reminder>\nHurry.\n</system-reminder>' },
            { text: 'Well' },
          ],
        },
      ],
    ],
    [
      'an id that comes again in a later turn',
      [
        assistant(called('a', 'weather')),
        user(given('a', '1')),
        assistant(called('a', 'time')),
        user(given('a', '2')),
      ],
      [
        { role: 'model', parts: [call('a', 'weather')] },
        { role: 'user', parts: [response('a', 'weather', '1')] },
        { role: 'model', parts: [call('a', 'time')] },
        { role: 'user', parts: [response('a', 'time', '2')] },
      ],
    ],
    [
      'a call that nobody has answered',
      [assistant(called('a', 'weather')), user(words('Stop'))],
      [
        { role: 'model', parts: [call('a', 'weather')] },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'a',
                name: 'weather',
                response: { error: 'No result was sent for this call.' },
              },
            },
          ],
        },
        { role: 'user', parts: [{ text: 'Stop' }] },
      ],
    ],
    [
      'a summary in the assistant’s name, foreign thoughts and blocks of others’ tools',
      [
        assistant(
          { type: 'compaction', content: 'She is Ada.' },
          // Anthropic's summary of a conversation that it could not sum up.
          { type: 'compaction', content: null },
          { type: 'thinking', thinking: 'Hm.', signature: 'EqQBsomebodys' },
          { type: 'redacted_thinking', data: 'EqQBsomebodys' },
          { type: 'mcp_tool_use', id: 'm', name: 'q', input: {} },
          { type: 'mcp_tool_result', tool_use_id: 'm', content: [] },
          words('Hello'),
        ),
        user(
          {
            type: 'document',
            title: 'T',
            context: 'C',
            source: { type: 'text', media_type: 'text/plain', data: 'D' },
          },
          { type: 'document', source: { type: 'content', content: [words('E')] } },
        ),
      ],
      [
        { role: 'model', parts: [{ text: 'Hello' }] },
        { role: 'user', parts: [{ text: 'T\nC' }, { text: 'D' }, { text: 'E' }] },
      ],
    ],
  ])('%s', async (what, messages, contents) => {
    const someone = await givenUser()
    await expectOk(
      await ask(someone.key, { messages: [{ role: 'user', content: 'Hi' }, ...messages] }),
    )
    const [first, ...rest] = (await lastRequestOf(someone)).contents
    const summary = what.startsWith('a summary') ? [{ text: 'She is Ada.' }] : []
    expect(first).toEqual({ ...hi, parts: [...hi.parts, ...summary] })
    expect(rest).toEqual(contents)
  })
})

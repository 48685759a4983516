/**
 * Function calling over several turns as all kinds of clients do it, against an emulator that refuses all that Google
 * may refuse.
 */
import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  anAdmin,
  callsOf,
  chat,
  configure,
  givenUser,
  google,
  settledStats,
  type User,
} from '../support/pollux.ts'

const MODEL = 'gemini-3.8-flash'
const DUMMY = 'skip_thought_signature_validator'
const TOOLS = ['weather', 'time'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}))
const PARALLEL = [
  { functionCall: { name: 'weather', args: { city: 'Paris' } } },
  { functionCall: { name: 'time', args: { city: 'Paris' } } },
]

interface ToolCall {
  id: string
  function: { name: string; arguments: string }
  extra_content?: { google: { thought_signature: string } }
}
type Message = Record<string, unknown> & { tool_calls?: ToolCall[] }

interface Sent {
  contents: {
    role: string
    parts: {
      text?: string
      thoughtSignature?: string
      functionCall?: { id: string; name: string; args: object }
      functionResponse?: { id: string; name: string; response: object }
    }[]
  }[]
  tools: { functionDeclarations: Record<string, unknown>[] }[]
}

/** How a client changes an answer before it sends it back. */
type Habit = (answer: Message) => Message

/** openai-node, openai-python and the AI SDK's compatible provider send the message back unchanged. */
const echo: Habit = (answer) => answer
/** LangChain, runTools, @ai-sdk/openai, Cline and others keep only the fields that OpenAI documents. */
const rebuild: Habit = ({ content, tool_calls: calls = [] }) => ({
  role: 'assistant',
  content,
  tool_calls: calls.map(({ id, function: { name, arguments: args } }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  })),
})

class Client {
  readonly messages: Message[] = [{ role: 'user', content: 'How is Paris?' }]
  readonly #user: User
  readonly #habit: Habit

  constructor(user: User, habit: Habit) {
    this.#user = user
    this.#habit = habit
  }

  async ask(overrides: Record<string, unknown> = {}): Promise<Message> {
    const response = await chat(this.#user.key, {
      model: MODEL,
      tools: TOOLS,
      messages: this.messages,
      ...overrides,
    })
    if (!response.ok) throw new Error(await response.text())
    const body = await response.json<{ choices: [{ message: Message }] }>()
    await settledStats(this.#user)
    const answer = body.choices[0].message
    this.messages.push(this.#habit(answer))
    return answer
  }

  /** Appends the results of the last answer's calls in reverse order, as clients that run calls in parallel may. */
  answerCalls(): void {
    const calls = this.messages.at(-1)?.tool_calls ?? []
    for (const { id } of calls.toReversed()) {
      this.messages.push({ role: 'tool', tool_call_id: id, content: `result of ${id}` })
    }
  }
}

async function script(user: User, reply: object, times = 1): Promise<void> {
  await google.script({ credential: user.credentials[0]?.handle ?? '', times, reply })
}

async function lastSent(user: User, credential = 0): Promise<Sent> {
  const calls = await callsOf(user.credentials[credential]?.handle ?? '')
  return calls.at(-1)?.body as Sent
}

/** For each step that Google was sent, the signatures of its calls. */
function signatures(sent: Sent): (string | undefined)[][] {
  const steps = sent.contents.map(({ parts }) => parts.filter((part) => part.functionCall))
  return steps
    .filter((step) => step.length > 0)
    .map((step) => step.map(({ thoughtSignature }) => thoughtSignature))
}

/** A step of two calls and a step of one call, each with results. */
async function twoSteps(client: Client, user: User): Promise<string[]> {
  await script(user, { parts: PARALLEL })
  const first = await client.ask()
  client.answerCalls()
  await script(user, { parts: PARALLEL.slice(0, 1) })
  const second = await client.ask()
  client.answerCalls()
  const signature = (answer: Message): string =>
    answer.tool_calls?.[0]?.extra_content?.google.thought_signature ?? ''
  return [signature(first), signature(second)]
}

describe('a tool loop', () => {
  it.each([
    ['of a client that echoes what it was told', echo],
    ['of a client that drops all but what OpenAI documents', rebuild],
  ])('%s keeps each signature on the first call of its step', async (_, habit) => {
    const user = await givenUser()
    const client = new Client(user, habit)
    const [first, second] = await twoSteps(client, user)
    expect(first).toMatch(/^E[g-v]/)
    await client.ask()

    const sent = await lastSent(user)
    expect(signatures(sent)).toEqual([[first, undefined], [second]])
    expect(await settledStats(user)).toMatchObject({ ledger: { granted: 3, holds: true } })
  })

  it('answers each call by its name and id, in the order of the calls', async () => {
    const user = await givenUser()
    const client = new Client(user, rebuild)
    await script(user, { parts: PARALLEL })
    const { tool_calls: calls = [] } = await client.ask()
    client.answerCalls()
    await client.ask()

    const { contents } = await lastSent(user)
    expect(contents.at(-1)?.parts.map(({ functionResponse }) => functionResponse)).toEqual(
      calls.map(({ id, function: { name } }) => ({
        id,
        name,
        response: { result: `result of ${id}` },
      })),
    )
  })

  it('streams the calls of a step, whose signature is known in the next', async () => {
    const user = await givenUser()
    await script(user, { parts: PARALLEL })
    const body = { model: MODEL, tools: TOOLS, stream: true }
    const stream = await (await chat(user.key, body)).text()
    const signature = /"thought_signature":"([^"]+)"/.exec(stream)?.[1]
    const ids = [...stream.matchAll(/"tool_calls":\[\{"index":\d,"id":"([^"]+)"/g)].map(
      ([, id]) => id,
    )
    expect(ids).toHaveLength(2)
    await settledStats(user)

    const client = new Client(user, rebuild)
    client.messages.push({
      role: 'assistant',
      content: null,
      tool_calls: ids.map((id = '', index) => ({
        id,
        type: 'function',
        function: { name: index === 0 ? 'weather' : 'time', arguments: '{"city":"Paris"}' },
      })),
    })
    client.answerCalls()
    await client.ask()
    expect(signatures(await lastSent(user))).toEqual([[signature, undefined]])
  })

  it('goes on with a dummy once its signatures are forgotten', async () => {
    const user = await givenUser()
    const client = new Client(user, rebuild)
    await twoSteps(client, user)
    await runInDurableObject(env.USERS.getByName(user.userId), (_, { storage }) => {
      const expired = storage.sql.exec(
        'UPDATE call_signatures SET expires_at = 1 RETURNING call_id',
      )
      expect(expired.toArray()).toHaveLength(2)
    })
    await client.ask()
    expect(signatures(await lastSent(user))).toEqual([[DUMMY, undefined], [DUMMY]])
  })

  it.each([
    ['echoes', echo],
    ['drops', rebuild],
  ])("gives no model another's signatures, whether the client %s them", async (_, habit) => {
    const user = await givenUser()
    const client = new Client(user, habit)
    await twoSteps(client, user)
    await client.ask({ model: 'gemini-3.6-flash' })
    expect(signatures(await lastSent(user))).toEqual([[DUMMY, undefined], [DUMMY]])
    // A model of generation 2.5 demands no signatures, so it is sent none.
    client.messages.push({ role: 'user', content: 'And Oslo?' })
    await client.ask({ model: 'gemini-2.5-flash' })
    expect(signatures(await lastSent(user))).toEqual([[undefined, undefined], [undefined]])
    // Back at the first model, its own signatures are sent again. Dummies are only for the current turn.
    client.messages.push({ role: 'user', content: 'Thanks' })
    const [[first] = []] = signatures(await lastSentTo(user, MODEL))
    await client.ask()
    expect(signatures(await lastSent(user))[0]?.[0]).toBe(first)
  })

  it('gives no upstream the signatures of another', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    const client = new Client(user, echo)
    await twoSteps(client, user)
    await script(user, { error: 'gemini_429_day' })
    await client.ask()
    expect(signatures(await lastSent(user, 1))).toEqual([[DUMMY, undefined], [DUMMY]])
    expect(await settledStats(user)).toMatchObject({ ledger: { granted: 4, holds: true } })
  })

  it('keeps what no client brings back from Google when it cannot be a signature of Gemini', async () => {
    const user = await givenUser()
    const client = new Client(user, (answer) => ({
      ...answer,
      tool_calls: (answer.tool_calls ?? []).map((call) => ({
        ...call,
        id: `other-${call.id}`,
        extra_content: { google: { thought_signature: crypto.randomUUID() } },
      })),
    }))
    await twoSteps(client, user)
    await client.ask()
    expect(signatures(await lastSent(user))).toEqual([[DUMMY, undefined], [DUMMY]])
  })

  it('tries once more with dummies where Google refuses a signature all the same', async () => {
    const user = await givenUser()
    const client = new Client(user, (answer) => ({
      ...answer,
      // The gateway does not know this id, though it looks like one of Gemini's.
      tool_calls: (answer.tool_calls ?? []).map((call) => ({
        ...call,
        id: `other-${call.id}`,
        extra_content: { google: { thought_signature: 'EgABAgME' } },
      })),
    }))
    await twoSteps(client, user)
    const stats = await settledStats(user)
    expect(signatures(await lastSent(user))).toEqual([[DUMMY, undefined]])
    expect(stats.ledger).toMatchObject({ granted: 3, holds: true })
    expect(stats.requests).toMatchObject({ ok: 2, failed: 0 })
  })
})

async function lastSentTo(user: User, model: string): Promise<Sent> {
  const calls = await callsOf(user.credentials[0]?.handle ?? '')
  return calls.findLast((call) => call.model === model)?.body as Sent
}

describe('signatures in the object', () => {
  it('are written for answers that have some, and for no others', async () => {
    const user = await givenUser()
    await chat(user.key)
    await settledStats(user)
    const count = (): Promise<number> =>
      runInDurableObject(env.USERS.getByName(user.userId), (_, { storage }) =>
        Number(storage.sql.exec('SELECT count(*) AS n FROM call_signatures').one()['n']),
      )
    expect(await count()).toBe(0)
    await script(user, { parts: PARALLEL })
    await new Client(user, echo).ask()
    expect(await count()).toBe(1)
  })

  it('are in no stats and no snapshot', async () => {
    const user = await givenUser()
    const client = new Client(user, echo)
    const [signature = ''] = await twoSteps(client, user)
    expect(JSON.stringify(await settledStats(user))).not.toContain(signature)
    const snapshot = await env.USERS.getByName(user.userId).exported(anAdmin())
    expect(snapshot).toContain(user.userId)
    expect(snapshot).not.toContain(signature)
  })
})

describe('a schema that Google refuses', () => {
  const COMPLAINT =
    'Invalid JSON payload received. Unknown name "$ref" at \'tools[0].function_declarations[0].parameters_json_schema\': Cannot find field.'
  const refusal = {
    error: {
      status: 400,
      body: { error: { code: 400, message: COMPLAINT, status: 'INVALID_ARGUMENT' } },
    },
  }

  it('is sent once more as the OpenAPI subset, on the same credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await script(user, refusal)
    const response = await chat(user.key, { tools: TOOLS })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-pollux-attempts')).toBe('2')

    const calls = await callsOf(user.credentials[0]?.handle ?? '')
    const declared = calls.map(({ body }) => (body as Sent).tools[0]?.functionDeclarations[0])
    expect(declared).toMatchObject([
      { parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } } },
      { parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } },
    ])
    expect(await callsOf(user.credentials[1]?.handle ?? '')).toEqual([])
    const stats = await settledStats(user)
    expect(stats.ledger).toEqual({ granted: 2, settled: 2, open: 0, holds: true })
    expect(stats.requests).toMatchObject({ ok: 1, failed: 0 })
  })

  it.each(['round_robin', 'least_used'])('also where the ring turns by %s', async (mode) => {
    const user = await givenUser(['api_key', 'api_key'])
    await configure(user, { mode })
    await script(user, refusal)
    await google.script({ credential: user.credentials[1]?.handle ?? '', times: 1, reply: refusal })
    const response = await chat(user.key, { tools: TOOLS })
    expect(response.headers.get('x-pollux-attempts')).toBe('2')
    const counts = await Promise.all(
      user.credentials.map(async ({ handle }) => (await callsOf(handle)).length),
    )
    // Both calls went to the same credential, whichever it was.
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 2])
  })

  it('is told to the client when the other form is refused too, and counted as the request’s fault', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await script(user, refusal, 0)
    const response = await chat(user.key, { tools: TOOLS })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining('$ref') },
    })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(2)
    expect(await callsOf(user.credentials[1]?.handle ?? '')).toEqual([])
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ ok: 0, failed: 1 })
    expect(stats.ledger).toEqual({ granted: 2, settled: 2, open: 0, holds: true })
  })
})

import { setTimeout as sleep } from 'node:timers/promises'

/** Between a crash and the next start nobody listens. */
const PAUSE_MS = 10

/** A number of clients that chat without end, every third time with a stream. They tolerate broken connections. */
export class Load {
  /** Requests that were sent, whatever happened to them. */
  sent = 0
  /** Answers with 200 whose body was read to its end. */
  answered = 0
  readonly #url: string
  readonly #key: string
  readonly #clients: readonly Promise<void>[]
  #isOver = false

  constructor(url: string, key: string, clients: number) {
    this.#url = url
    this.#key = key
    this.#clients = Array.from({ length: clients }, () => this.#chat())
  }

  /** Resolves when the last answer has arrived. */
  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
  }

  async #chat(): Promise<void> {
    while (!this.#isOver) {
      try {
        if (await this.#ask(++this.sent % 3 === 0)) this.answered++
      } catch {
        await sleep(PAUSE_MS)
      }
    }
  }

  /** True for a complete answer. */
  async #ask(stream: boolean): Promise<boolean> {
    const answer = await chat(this.#url, this.#key, { stream })
    const text = await answer.text()
    return answer.status === 200 && (!stream || text.trimEnd().endsWith('data: [DONE]'))
  }
}

export function chat(url: string, key: string, overrides: object): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: 'Hello there' }],
      ...overrides,
    }),
  })
}

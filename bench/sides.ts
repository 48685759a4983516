/** The two sides that are not measured: who asks and who answers, each in a process of its own. */
import { type Child, startChild } from './child.ts'
import type { Done, Job } from './load.ts'
import { cpuMs } from './processes.ts'
import { USER_KEY } from './subjects.ts'
import type { Answer } from './upstream.ts'

export interface Work {
  readonly answer: Answer
  /** The fields of a chat request beside `model` and `stream`. */
  readonly body: object
  readonly connections: number
  readonly requests: number
}

/** CPU time that each side has used so far, in milliseconds. */
export interface SidesCpu {
  readonly load: number
  readonly upstream: number
}

export class Sides implements Disposable {
  readonly upstreamPort: number
  readonly #load: Child
  readonly #upstream: Child

  private constructor(load: Child, upstream: Child) {
    this.#load = load
    this.#upstream = upstream
    this.upstreamPort = Number(upstream.greeting)
  }

  static async start(): Promise<Sides> {
    return new Sides(await startChild('load.ts'), await startChild('upstream.ts'))
  }

  async run(work: Work, port: number): Promise<Done> {
    await this.#upstream.ask(work.answer)
    return this.ask(chatJob(work, port))
  }

  async ask(job: Job): Promise<Done> {
    return (await this.#load.ask(job)) as Done
  }

  cpu(): SidesCpu {
    return { load: cpuMs(this.#load.pid), upstream: cpuMs(this.#upstream.pid) }
  }

  [Symbol.dispose](): void {
    this.#load.stop()
    this.#upstream.stop()
  }
}

function chatJob({ answer, body, connections, requests }: Work, port: number): Job {
  const stream = answer.kind !== 'reply'
  return {
    port,
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${USER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gemini-2.5-flash', stream, ...body }),
    connections,
    requests,
  }
}

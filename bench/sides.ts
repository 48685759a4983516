/** The two sides that are not measured: the clients and the fake Google, each in a process of its own. */
import { type Child, startChild } from './child.ts'
import type { Done, Job } from './load.ts'
import { cpuMs } from './processes.ts'
import type { Peer } from './peer.ts'
import { USER_KEY } from './subjects.ts'
import type { Spoken } from './spoken.ts'
import type { Answer } from './upstream.ts'

export interface Work {
  readonly answer: Answer
  /** Used in turn. Each holds the fields of a chat request besides `model` and `stream`. */
  readonly bodies: readonly object[]
  /** The same requests in other dialects, and requests that are special to a target. */
  readonly spoken?: Readonly<Partial<Record<string, Spoken>>>
  readonly connections: number
  readonly requests: number
}

/** Where requests go. */
export type Address = Pick<Peer, 'port'> & Partial<Peer>

/** CPU time that each side has used so far, in milliseconds. */
export interface SidesCpu {
  readonly load: number
  readonly upstream: number
}

export interface Setting {
  /** Port of the fake Google; 0 for any. */
  readonly upstreamPort: number
  readonly peer: Peer | null
}

export class Sides implements Disposable {
  readonly upstreamPort: number
  readonly peer: Peer | null
  readonly #load: Child
  readonly #upstream: Child

  private constructor(load: Child, upstream: Child, peer: Peer | null) {
    this.peer = peer
    this.#load = load
    this.#upstream = upstream
    this.upstreamPort = Number(upstream.greeting)
  }

  static async start({ upstreamPort, peer }: Setting): Promise<Sides> {
    const upstream = await startChild('upstream.ts', [String(upstreamPort)])
    return new Sides(await startChild('load.ts'), upstream, peer)
  }

  async run(work: Work, to: Address, target = ''): Promise<Done> {
    await this.#upstream.ask(work.answer)
    const spoken = work.spoken?.[target]
    return this.ask(spoken === undefined ? chatJob(work, to) : spokenJob(work, to, spoken))
  }

  /** The same for who makes the job itself. */
  async askGoogle(answer: Answer, job: Job): Promise<Done> {
    await this.#upstream.ask(answer)
    return this.ask(job)
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

function chatJob({ answer, bodies, connections, requests }: Work, to: Address): Job {
  const { port, path = '/v1/chat/completions', key = USER_KEY, model = 'gemini-2.5-flash' } = to
  const stream = answer.kind !== 'reply'
  return {
    port,
    path,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    bodies: bodies.map((body) => JSON.stringify({ model, stream, ...body })),
    connections,
    requests,
  }
}

function spokenJob(
  { connections, requests }: Work,
  { port }: Address,
  { path, headers, bodies }: Spoken,
): Job {
  return {
    port,
    path,
    headers: { ...headers, 'content-type': 'application/json' },
    bodies: bodies.map((body) => JSON.stringify(body)),
    connections,
    requests,
  }
}

/** (b) The floor for state in an object: passes everything through, after one call to a Durable Object. */
import { DurableObject } from 'cloudflare:workers'

interface Env {
  readonly UPSTREAM: string
  readonly COUNTERS: DurableObjectNamespace<Counter>
}

export class Counter extends DurableObject {
  #count = 0

  next(): number {
    return ++this.#count
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    await env.COUNTERS.getByName('one').next()
    return fetch(env.UPSTREAM, { method: 'POST', body: request.body })
  },
} satisfies ExportedHandler<Env>

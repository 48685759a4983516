/** (a) The floor of the runtime: a Worker that passes everything through. */
interface Env {
  readonly UPSTREAM: string
}

export default {
  fetch(request, env): Promise<Response> {
    return fetch(env.UPSTREAM, { method: 'POST', body: request.body })
  },
} satisfies ExportedHandler<Env>

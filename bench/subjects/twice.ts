/** (e) The floor for reading a long request and writing another: parsed and serialised, and both once more. */
interface Env {
  readonly UPSTREAM: string
}

export default {
  async fetch(request, env): Promise<Response> {
    const once = JSON.stringify(JSON.parse(await request.text()))
    return fetch(env.UPSTREAM, { method: 'POST', body: JSON.stringify(JSON.parse(once)) })
  },
} satisfies ExportedHandler<Env>

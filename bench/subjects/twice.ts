/** (e) The floor for reading a long request and writing another: parses and serialises it twice. */
interface Env {
  readonly UPSTREAM: string
}

export default {
  async fetch(request, env): Promise<Response> {
    const once = JSON.stringify(JSON.parse(await request.text()))
    return fetch(env.UPSTREAM, { method: 'POST', body: JSON.stringify(JSON.parse(once)) })
  },
} satisfies ExportedHandler<Env>

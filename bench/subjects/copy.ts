/** (c) The floor for translating a stream: JavaScript reads each chunk and writes it out unchanged. */
interface Env {
  readonly UPSTREAM: string
}

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const upstream = await fetch(env.UPSTREAM, { method: 'POST', body: request.body })
    const { readable, writable } = new IdentityTransformStream()
    if (upstream.body !== null) ctx.waitUntil(copy(upstream.body, writable))
    return new Response(readable, upstream)
  },
} satisfies ExportedHandler<Env>

async function copy(from: ReadableStream<Uint8Array>, to: WritableStream): Promise<void> {
  const writer = to.getWriter()
  for await (const chunk of from) await writer.write(chunk)
  await writer.close()
}

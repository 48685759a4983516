/** workerd has no KV of its own: this one takes what is written and has nothing. */
export default {
  fetch(request): Response {
    return new Response(null, { status: request.method === 'PUT' ? 200 : 404 })
  },
} satisfies ExportedHandler

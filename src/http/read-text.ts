/**
 * The text of an answer, of which at most `limit` bytes are read. If there are more: null, or with `cut` the
 * beginning that fits. Rejects if the connection breaks.
 */
export async function readText(
  response: Response,
  limit: number,
  { cut = false }: { readonly cut?: boolean } = {},
): Promise<string | null> {
  const { headers } = response
  // If the length is known and the body is not compressed, the platform reads it more cheaply than this loop.
  const length = Number(headers.get('content-length') ?? Number.NaN)
  if (length <= limit && !headers.has('content-encoding')) return response.text()
  const { body } = response
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // Leaving the loop early cancels the body.
  for await (const chunk of body) {
    const room = limit - size
    size += chunk.byteLength
    if (size > limit) return cut ? text + decoder.decode(chunk.subarray(0, room)) : null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * The text of an answer, of which not more than `limit` bytes are read. Null where there are more; with `cut`, what fits.
 * Rejects where the connection breaks.
 */
export async function readText(
  response: Response,
  limit: number,
  { cut = false }: { readonly cut?: boolean } = {},
): Promise<string | null> {
  const { body, headers } = response
  if (body === null) return ''
  // What says how long it is, and is not packed, is left to the platform, which reads it for less.
  const length = Number(headers.get('content-length') ?? Number.NaN)
  if (length <= limit && !headers.has('content-encoding')) return response.text()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    const room = limit - size
    size += chunk.byteLength
    if (size > limit) return cut ? text + decoder.decode(chunk.subarray(0, room)) : null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Requests about files, caches and batches, as a client of Gemini's own API makes them. */
import { fetchPollux, MASTER_KEY as MASTER, type User } from './pollux.ts'

export interface File {
  readonly name: string
  readonly uri: string
  readonly mimeType: string
}

export function ask(user: User, method: string, path: string, body?: unknown): Promise<Response> {
  return fetchPollux(path, {
    method,
    headers: { 'x-goog-api-key': user.key },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

export async function begun(user: User, file: object = {}, type = 'text/plain'): Promise<Response> {
  return fetchPollux('/upload/v1beta/files', {
    method: 'POST',
    headers: {
      'x-goog-api-key': user.key,
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-type': type,
    },
    body: JSON.stringify({ file }),
  })
}

/** Without any key, like Google's SDK for Python. */
export function send(url: string, command: string, bytes = '', offset = 0): Promise<Response> {
  const { pathname, search } = new URL(url)
  return fetchPollux(pathname + search, {
    method: 'POST',
    headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
    ...(bytes !== '' && { body: bytes }),
  })
}

export async function uploaded(
  user: User,
  file: object = {},
  { type = 'text/plain', text = 'hello' }: { readonly type?: string; readonly text?: string } = {},
): Promise<File> {
  const url = (await begun(user, file, type)).headers.get('x-goog-upload-url') ?? ''
  const answer = await send(url, 'upload, finalize', text)
  return (await answer.json<{ file: File }>()).file
}

/** A user with a credential that other users have too. */
export async function sharing(gcpServiceAccount: object): Promise<User> {
  const apiKey = `key-${crypto.randomUUID()}`
  const body = JSON.stringify({ apiKey, gcpServiceAccount })
  const headers = { authorization: `Bearer ${MASTER}` }
  const answer = await fetchPollux('/v1/config/update', { method: 'POST', headers, body })
  const { user } = await answer.json<{ user: string }>()
  return { key: apiKey, userId: user, credentials: [] }
}

/** Moves the ring, so that the next request begins with another credential. */
export async function turn(user: User): Promise<void> {
  const answer = await fetchPollux('/v1/config/rotate', {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ apiKey: user.key }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

export function about(...files: File[]): object {
  const parts = files.map(({ uri, mimeType }) => ({ fileData: { fileUri: uri, mimeType } }))
  return { contents: [{ role: 'user', parts: [{ text: 'Read' }, ...parts] }] }
}

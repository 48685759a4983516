import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { BYTES } from './media.ts'

declare module 'vitest' {
  interface ProvidedContext {
    filesPort: number
  }
}

/**
 * A web server that behaves in all the ways that servers of files do, and a DNS resolver, on loopback, for tests in
 * workerd.
 */
export default async function startFileServer(project: TestProject): Promise<() => Promise<void>> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  project.provide('filesPort', (server.address() as AddressInfo).port)
  return async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}

type Answer = (response: ServerResponse, query: URLSearchParams) => void

/** Part of an error page that must never be shown. */
const SECRET = 'the-secret-of-the-server'

const PAGES: Readonly<Record<string, Answer>> = {
  '/image.png': file('image/png', BYTES.png),
  '/untyped': file('application/octet-stream', BYTES.png),
  '/misnamed.jpg': file('image/jpeg', BYTES.png),
  '/report.pdf': file('application/pdf', BYTES.pdf),
  '/notes.txt': file('text/plain; charset=utf-8', new TextEncoder().encode('Grüße')),
  '/source.ts': file('video/mp2t', new TextEncoder().encode('let a')),
  '/source': file('application/octet-stream', new TextEncoder().encode('let b')),
  '/sound.mp3': file('audio/mpeg', BYTES.mp3),
  '/film.mp4': file('video/mp4', BYTES.mp4),
  '/page': file('text/html', new TextEncoder().encode(`<html>${SECRET}</html>`)),
  '/page.png': file('image/png', new TextEncoder().encode(`<html>${SECRET}</html>`)),
  '/animated.gif': file('image/gif', new TextEncoder().encode('GIF89a......')),
  '/vector.svg': file('image/svg+xml', new TextEncoder().encode('<svg/>')),
  '/empty.png': file('image/png', new Uint8Array()),
  // Answers the first request with its mark alone.
  '/once': (response, query) =>
    PAGES[marked(query).length === 1 ? '/image.png' : '/missing']?.(response, query),
  '/missing': (response) => response.writeHead(404).end(SECRET),
  '/failing': (response) => response.writeHead(500).end(SECRET),
  '/partial': (response) => response.writeHead(206).end(BYTES.png),
  '/to': (response, query) => response.writeHead(302, { location: query.get('url') ?? '' }).end(),
  '/loop': (response) => response.writeHead(302, { location: '/loop' }).end(),
  '/silent': () => undefined,
  '/stalling': (response) =>
    void response.writeHead(200, { 'content-type': 'image/png' }).write(BYTES.png),
  '/chunks': (response, query) => void sendChunks(response, query),
  '/of-size': (response, query) => {
    const bytes = new Uint8Array(Number(query.get('bytes')))
    bytes.set(BYTES.png)
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length })
    response.end(bytes)
  },
  // Announces no length, and never ends.
  '/endless': (response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).write(BYTES.png)
    const more = (): void => {
      if (!response.destroyed) response.write(new Uint8Array(16_384), () => setImmediate(more))
    }
    more()
  },
  // Announces more than it sends.
  '/broken-off': (response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': 1000 })
    response.write(BYTES.png, () => response.destroy())
  },
  '/dns-query': resolve,
}

/** The addresses of names, by type of record. */
const ZONE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'public.pictures.com': { 1: ['93.184.215.14'], 28: ['2606:2800:21f:cb07:6820:80da:af6b:8b2c'] },
  'private.pictures.com': { 1: ['10.1.2.3'] },
  'metadata.pictures.com': { 1: ['169.254.169.254'] },
  'mixed.pictures.com': { 1: ['93.184.215.14', '192.168.1.1'] },
  'v6.pictures.com': { 1: ['93.184.215.14'], 28: ['fd00::1'] },
  'mapped.pictures.com': { 28: ['::ffff:127.0.0.1'] },
}

function resolve(response: ServerResponse, query: URLSearchParams): void {
  const name = query.get('name') ?? ''
  if (name === 'broken.pictures.com') return void response.writeHead(502).end()
  const type = Number(query.get('type'))
  const alias = { name, type: 5, TTL: 60, data: 'elsewhere.pictures.com.' }
  const found = ZONE[name]?.[type] ?? []
  const Answer = [alias, ...found.map((data) => ({ name, type, TTL: 60, data }))]
  response.writeHead(200, { 'content-type': 'application/dns-json' })
  response.end(JSON.stringify({ Status: name in ZONE ? 0 : 3, ...(name in ZONE && { Answer }) }))
}

const hits = new Map<string, IncomingMessage['headers'][]>()

function marked(query: URLSearchParams): readonly IncomingMessage['headers'][] {
  return hits.get(query.get('mark') ?? '') ?? []
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://files')
  if (pathname === '/hits') {
    response.end(JSON.stringify(marked(searchParams)))
    return
  }
  const mark = searchParams.get('mark')
  if (mark !== null) hits.set(mark, [...marked(searchParams), request.headers])
  const page = PAGES[pathname] ?? PAGES['/missing']
  page?.(response, searchParams)
}

function file(type: string, bytes: Uint8Array): Answer {
  return (response) => response.writeHead(200, { 'content-type': type }).end(bytes)
}

/** `count` chunks of `bytes`, each with its number, `gap` milliseconds apart; after them the connection `breaks`, or the answer ends. */
async function sendChunks(response: ServerResponse, query: URLSearchParams): Promise<void> {
  const [count = 0, bytes = 0, gap = 0] = ['count', 'bytes', 'gap'].map((name) =>
    Number(query.get(name) ?? 0),
  )
  for (let number = 0; number < count && !response.destroyed; number++) {
    if (!response.write(`${number};`.padEnd(bytes, '.')))
      await Promise.race([once(response, 'drain'), once(response, 'close')])
    if (gap > 0) await sleep(gap)
  }
  if (query.has('breaks')) response.destroy()
  else response.end()
}

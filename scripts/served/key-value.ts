/**
 * Stands in for KV where Cloudflare does not run the Worker: the HTTP interface that workerd's binding uses, on one
 * object with a table.
 */
import { DurableObject } from 'cloudflare:workers'

interface Env {
  readonly NAMESPACE: DurableObjectNamespace<NamespaceObject>
}

/** Cloudflare's own limit of keys in a page of a list. */
const MAX_PAGE = 1000
const METADATA = 'cf-kv-metadata'
/** In UTF-8 no character sorts after this one, so it marks the end of all keys with a prefix. */
const LAST = '\u{10ffff}'

type Row = { key: string; value: string; metadata: string | null }

export class NamespaceObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, metadata TEXT) STRICT, WITHOUT ROWID',
    )
  }

  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams: query } = new URL(request.url)
    const key = decodeURIComponent(pathname.slice(1))
    if (key === '' && request.method === 'GET') return this.#list(query)
    switch (request.method) {
      case 'GET':
        return this.#get(key)
      case 'PUT':
        return this.#put(key, await request.text(), request.headers.get(METADATA))
      case 'DELETE':
        this.ctx.storage.sql.exec('DELETE FROM entries WHERE key = ?', key)
        return new Response()
      default:
        return new Response(null, { status: 501 })
    }
  }

  #get(key: string): Response {
    const rows = this.ctx.storage.sql.exec<Row>('SELECT * FROM entries WHERE key = ?', key)
    const [row] = rows.toArray()
    if (row === undefined) return new Response(null, { status: 404 })
    return new Response(
      row.value,
      row.metadata === null ? {} : { headers: { [METADATA]: row.metadata } },
    )
  }

  #put(key: string, value: string, metadata: string | null): Response {
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO entries VALUES (?, ?, ?)',
      key,
      value,
      metadata,
    )
    return new Response()
  }

  /** The cursor is the last key of the page before. */
  #list(query: URLSearchParams): Response {
    const prefix = query.get('prefix') ?? ''
    const limit = Math.min(Number(query.get('key_count_limit') ?? MAX_PAGE), MAX_PAGE)
    const rows = this.ctx.storage.sql
      .exec<Row>(
        'SELECT key, metadata FROM entries WHERE key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?',
        prefix,
        prefix + LAST,
        query.get('cursor') ?? '',
        limit + 1,
      )
      .toArray()
    const keys = rows
      .slice(0, limit)
      .map(({ key, metadata }) => ({ name: key, ...(metadata !== null && { metadata }) }))
    const isComplete = rows.length <= limit
    const cursor = keys.at(-1)?.name
    return Response.json({
      keys,
      list_complete: isComplete,
      ...(!isComplete && { cursor }),
      cacheStatus: null,
    })
  }
}

export default {
  fetch: (request, env) => env.NAMESPACE.getByName('entries').fetch(request),
} satisfies ExportedHandler<Env>

/** Stands in for KV, which workerd lacks: stores what is written in an object on disk. */
import { DurableObject } from 'cloudflare:workers'

interface Env {
  readonly KEYS: DurableObjectNamespace<Keys>
}

interface Page {
  readonly keys: readonly { readonly name: string }[]
  readonly list_complete: boolean
  readonly cursor?: string
}

export class Keys extends DurableObject<Env> {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
    )
  }

  put(name: string, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO keys VALUES (?, ?)', name, value)
  }

  read(name: string): string | null {
    const query = 'SELECT value FROM keys WHERE name = ?'
    const [row] = this.#sql.exec<{ value: string }>(query, name).toArray()
    return row?.value ?? null
  }

  /** In the order of their names, after the cursor, which is the last name of the page before. */
  list(prefix: string, cursor: string, limit: number): Page {
    const names = this.#sql
      .exec<{ name: string }>(
        'SELECT name FROM keys WHERE name > ? ORDER BY name LIMIT ?',
        cursor,
        limit + 1,
      )
      .toArray()
      .map((row) => row.name)
      .filter((name) => name.startsWith(prefix))
    const keys = names.slice(0, limit).map((name) => ({ name }))
    const last = keys.at(-1)?.name
    return names.length > limit && last !== undefined
      ? { keys, list_complete: false, cursor: last }
      : { keys, list_complete: true }
  }

  size(): { readonly keys: number; readonly bytes: number } {
    const sums = 'SELECT count(*) AS keys, coalesce(sum(octet_length(value)), 0) AS bytes FROM keys'
    const { keys, bytes } = this.#sql.exec(sums).one()
    return { keys: Number(keys), bytes: Number(bytes) }
  }
}

export default {
  /** The interface that workerd's KV bindings use, and `/size` for the bench. */
  async fetch(request, env): Promise<Response> {
    const keys = env.KEYS.getByName('keys')
    const { pathname, searchParams } = new URL(request.url)
    const name = decodeURIComponent(pathname.slice(1))
    if (name === 'size') return Response.json(await keys.size())
    if (request.method === 'PUT') {
      await keys.put(name, await request.text())
      return new Response()
    }
    if (name === '') {
      const asked = (parameter: string): string => searchParams.get(parameter) ?? ''
      const limit = Number(asked('key_count_limit'))
      return Response.json(await keys.list(asked('prefix'), asked('cursor'), limit))
    }
    const value = await keys.read(name)
    return value === null ? new Response(null, { status: 404 }) : new Response(value)
  },
} satisfies ExportedHandler<Env>

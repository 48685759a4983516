import { DurableObject } from 'cloudflare:workers'

export interface DirectoryEntry {
  readonly user: string
  /** ISO 8601. */
  readonly created_at: string
}

/** The one directory's name; all admin acts meet here. */
export const DIRECTORY_NAME = 'directory'

/** Which users exist, so that admins can list them and see their own writes. Touched by admin acts only (design §4). */
export class DirectoryObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS users (user_id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    )
  }

  /** Idempotent. */
  register(userId: string): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO users (user_id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
      userId,
      Date.now(),
    )
  }

  /** Idempotent. */
  remove(userId: string): void {
    this.ctx.storage.sql.exec('DELETE FROM users WHERE user_id = ?', userId)
  }

  /** At most `limit` users in the order of their ids, after the id `after`. */
  list(after: string, limit: number): readonly DirectoryEntry[] {
    return this.ctx.storage.sql
      .exec<{ user_id: string; created_at: number }>(
        'SELECT user_id, created_at FROM users WHERE user_id > ? ORDER BY user_id LIMIT ?',
        after,
        limit,
      )
      .toArray()
      .map((row) => ({ user: row.user_id, created_at: new Date(row.created_at).toISOString() }))
  }
}

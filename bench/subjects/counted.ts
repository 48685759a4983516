/** Pollux with user objects that count the rows they write, as Cloudflare does for billing. */
import { UserObject as Pollux } from '../../src/objects/user.ts'

export * from '../../src/worker.ts'
export { default } from '../../src/worker.ts'

export class UserObject extends Pollux {
  #rows = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { sql } = ctx.storage
    const exec = sql.exec.bind(sql)
    sql.exec = ((...statement: Parameters<typeof exec>) => {
      const cursor = exec(...statement)
      this.#rows += cursor.rowsWritten
      return cursor
    }) as typeof exec
  }

  rowsWritten(): number {
    return this.#rows
  }
}

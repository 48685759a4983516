/** Pollux whose user objects count the rows that they write, as Cloudflare does to bill them. */
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

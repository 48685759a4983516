interface Counting {
  readonly sql: SqlStorage
  readonly written: () => number
  readonly read: () => number
}

/** Storage that counts the rows it reads and writes, including deleted ones. */
export function countingRows(sql: SqlStorage): Counting {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  const exec: SqlStorage['exec'] = (query, ...bindings) => {
    const cursor = sql.exec(query, ...bindings)
    cursors.push(cursor)
    return cursor as never
  }
  return {
    sql: new Proxy(sql, { get: (_, name) => (name === 'exec' ? exec : Reflect.get(sql, name)) }),
    read: () => cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0),
    written: () => cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0),
  }
}

/** Storage that counts written rows, including deleted ones. */
export function countingRows(sql: SqlStorage): { sql: SqlStorage; written: () => number } {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  const exec: SqlStorage['exec'] = (query, ...bindings) => {
    const cursor = sql.exec(query, ...bindings)
    cursors.push(cursor)
    return cursor as never
  }
  return {
    sql: new Proxy(sql, { get: (_, name) => (name === 'exec' ? exec : Reflect.get(sql, name)) }),
    written: () => cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0),
  }
}

/** With so few digests, as a turn of a chat has, a list that SQLite unpacks would cost more than the rest of the query. */
const FEW = 3

/** The rows with these digests. `select` is the query up to its condition. */
export function byDigest<Row extends Record<string, SqlStorageValue>>(
  sql: SqlStorage,
  select: string,
  digests: readonly string[],
): SqlStorageCursor<Row> {
  if (digests.length > FEW) {
    const listed = `${select} WHERE digest IN (SELECT value FROM json_each(?))`
    return sql.exec<Row>(listed, JSON.stringify(digests))
  }
  const [one = null, two = null, three = null] = digests
  return sql.exec<Row>(`${select} WHERE digest IN (?, ?, ?)`, one, two, three)
}

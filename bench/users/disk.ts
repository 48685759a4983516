import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Size {
  /** Number of databases, without their write-ahead logs. */
  readonly databases: number
  readonly bytes: number
  /** As the file system allocates it. */
  readonly onDisk: number
}

const BLOCK_BYTES = 512

/** What the databases of one class of objects take on disk. */
export function sizeOf(folder: string): Size {
  const files = readdirSync(folder).map((name) => ({ name, ...stat(join(folder, name)) }))
  return {
    databases: files.filter(({ name }) => name.endsWith('.sqlite')).length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    onDisk: files.reduce((sum, { onDisk }) => sum + onDisk, 0),
  }
}

function stat(file: string): { readonly bytes: number; readonly onDisk: number } {
  const { size, blocks } = statSync(file)
  return { bytes: size, onDisk: blocks * BLOCK_BYTES }
}

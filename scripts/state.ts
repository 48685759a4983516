/**
 * A state folder has one writer. Two Workers on the same files would each keep an object of the same user in memory, and
 * write over each other's counters.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface ClaimedState {
  readonly folder: string
  release(): void
}

/** Claims `folder`, or where another process has it, the first free of `folder-2`, `folder-3`, … */
export function claimState(folder: string): ClaimedState {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? folder : `${folder}-${number}`
    const release = lock(candidate)
    if (release !== null) return { folder: candidate, release }
  }
}

/**
 * Claims this very folder; null where another process has it. The lock is SQLite's: the system lets go of it when its holder
 * dies, however it dies. The file is named for the first that used it; all ways of starting take the same.
 */
export function lock(folder: string): (() => void) | null {
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 'npm-start.lock'))
  try {
    database.exec('BEGIN EXCLUSIVE')
    return () => database.close()
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) return null
    throw error
  }
}

/**
 * A state folder may have only one writer. Two Workers on the same files would each keep an object of the same user
 * in memory, and overwrite each other's counters.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface ClaimedState {
  readonly folder: string
  release(): void
}

/** Claims `folder`. If another process has it, claims the first free one of `folder-2`, `folder-3`, … */
export function claimState(folder: string): ClaimedState {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? folder : `${folder}-${number}`
    const release = lock(candidate)
    if (release !== null) return { folder: candidate, release }
  }
}

/**
 * Claims exactly this folder; null if another process has it. The lock is SQLite's: the system releases it when its
 * holder dies, however it dies. The file is named after `npm start`, which used it first, but all ways of starting
 * use the same file. Throws if the folder cannot be written, and says so.
 */
export function lock(folder: string): (() => void) | null {
  try {
    return tryLock(folder)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const whose = `the user that runs Pollux (${process.getuid?.() ?? 'this one'}) must be able to write there`
    throw new Error(`The state cannot be kept in ${folder}: ${why}; ${whose}.`, { cause: error })
  }
}

function tryLock(folder: string): (() => void) | null {
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

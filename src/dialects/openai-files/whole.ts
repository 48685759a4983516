import type { FileQuery } from './body.ts'

/** OpenAI's file object. Times are in Unix seconds. */
export interface FileObject {
  readonly id: string
  readonly object: 'file'
  readonly bytes: number
  readonly created_at: number
  readonly expires_at: number | null
  readonly filename: string
  readonly purpose: string
  readonly status: 'uploaded' | 'processed' | 'error'
  readonly status_details: string | null
}

const STATUS: ReadonlyMap<unknown, FileObject['status']> = new Map<unknown, FileObject['status']>([
  ['PROCESSING', 'uploaded'],
  ['FAILED', 'error'],
])

/** Converts Google's description of a file. */
export function toFileObject(file: Readonly<Record<string, unknown>>, purpose: string): FileObject {
  const { name, displayName, sizeBytes, createTime, expirationTime, state } = file
  const id = String(name).replace(/^files\//, '')
  const bytes = Number(sizeBytes)
  return {
    id: `file-${id}`,
    object: 'file',
    bytes: Number.isSafeInteger(bytes) ? bytes : 0,
    created_at: secondsOf(createTime) ?? 0,
    expires_at: secondsOf(expirationTime),
    filename: typeof displayName === 'string' && displayName !== '' ? displayName : id,
    purpose,
    status: STATUS.get(state) ?? 'processed',
    status_details: state === 'FAILED' ? 'Google could not read this file.' : null,
  }
}

/** One page of the files. If `after` names none of them, the page starts at the beginning. */
export function toFileList(files: readonly FileObject[], asked: FileQuery): object {
  const { after, limit, order, purpose } = asked
  const wanted = files
    .filter((file) => purpose === undefined || file.purpose === purpose)
    .toSorted(
      (one, other) =>
        (one.created_at - other.created_at || (one.id < other.id ? -1 : 1)) *
        (order === 'asc' ? 1 : -1),
    )
  const from = wanted.findIndex(({ id }) => id === after) + 1
  const data = wanted.slice(from, from + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + limit < wanted.length,
  }
}

function secondsOf(time: unknown): number | null {
  const ms = typeof time === 'string' ? Date.parse(time) : NaN
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000)
}

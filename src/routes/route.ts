import type { Family } from '../dialects/dialect.ts'
import type { Access } from './access.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Method, path, who may call with the handler, and the family. `shared`: several families have the path; family-of.ts
 * tells which one is asked.
 */
export type Route = readonly [Method, string, Access, Family | 'shared']

/** A row in the table of one family. It names a family only if that is another. */
export type Row = readonly [Method, string, Access] | Route

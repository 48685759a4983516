import type { Family } from '../dialects/dialect.ts'
import type { Access } from './access.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Method, path, who may call with the handler, and whose manners it has. `shared`: of two families; family-of.ts tells which is asked. */
export type Route = readonly [Method, string, Access, Family | 'shared']

/** As a table of one family says it; whose manners it has is said where that is not the family's own. */
export type Row = readonly [Method, string, Access] | Route

/** The caller's own things that a request may name: files by address, caches by name. */
import type { Exchange } from '../exchange.ts'
import type { Cache } from '../state/caches.ts'
import type { FileState } from '../protocol.ts'
import { callerOf } from './owner.ts'

export interface OwnThings {
  file(id: string): FileState | undefined
  cache(name: string): Cache | undefined
  /** Whether the token is from an answer that this caller got. */
  continues(token: string): boolean
}

export function ownThings(exchange: Exchange): OwnThings {
  const { state } = exchange
  const caller = callerOf(exchange)
  return {
    file: (id) => state.files.shelf.get(`files/${id}`, caller, state.now())?.state,
    cache: (name) => state.caches.get(name, caller, state.now()),
    continues: (token) => state.continuations.has(token, exchange.call.credential ?? ''),
  }
}

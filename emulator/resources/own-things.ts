/** What a request may name of its caller's: files by their address, caches by their name. */
import type { Exchange } from '../exchange.ts'
import type { Cache } from '../state/caches.ts'
import type { FileState } from '../protocol.ts'
import { callerOf } from './owner.ts'

export interface OwnThings {
  file(id: string): FileState | undefined
  cache(name: string): Cache | undefined
  /** Whether this continues an answer that this caller was given. */
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

/** Everything that one emulator remembers. */
import { Calls } from './calls.ts'
import { Batches } from './batches.ts'
import { Caches } from './caches.ts'
import { Continuations } from './continuations.ts'
import { Credentials } from './credentials.ts'
import { Files } from './files.ts'
import { Holds } from './holds.ts'
import { Interactions } from './interactions.ts'
import { Onboarding } from './onboarding.ts'
import { Scripts } from './scripts.ts'
import { Settings } from './settings.ts'
import type { CredentialPolicy } from './settings.ts'
import { Signatures } from './signatures.ts'
import { Tokens } from './tokens.ts'

export interface State {
  readonly credentials: Credentials
  readonly tokens: Tokens
  readonly scripts: Scripts
  readonly calls: Calls
  readonly signatures: Signatures
  readonly onboarding: Onboarding
  readonly files: Files
  readonly caches: Caches
  readonly batches: Batches
  readonly interactions: Interactions
  readonly continuations: Continuations
  readonly holds: Holds
  readonly settings: Settings
  now(): number
}

export function createState(now: () => number, credentials: CredentialPolicy): State {
  return {
    credentials: new Credentials(),
    tokens: new Tokens(),
    scripts: new Scripts(),
    calls: new Calls(),
    signatures: new Signatures(),
    onboarding: new Onboarding(),
    files: new Files(),
    caches: new Caches(),
    batches: new Batches(),
    interactions: new Interactions(),
    continuations: new Continuations(),
    holds: new Holds(),
    settings: new Settings(credentials),
    now,
  }
}

export function resetState(state: State): void {
  state.credentials.clear()
  state.tokens.clear()
  state.scripts.clear(null)
  state.calls.clear()
  state.signatures.clear()
  state.onboarding.clear()
  state.files.clear()
  state.caches.clear()
  state.batches.clear()
  state.interactions.clear()
  state.continuations.clear()
  state.holds.clear()
  state.settings.clear()
}

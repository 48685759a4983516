/** All that one emulator remembers. */
import { Calls } from './calls.ts'
import { Credentials } from './credentials.ts'
import { Onboarding } from './onboarding.ts'
import { Scripts } from './scripts.ts'
import { Signatures } from './signatures.ts'
import { Tokens } from './tokens.ts'

export interface State {
  readonly credentials: Credentials
  readonly tokens: Tokens
  readonly scripts: Scripts
  readonly calls: Calls
  readonly signatures: Signatures
  readonly onboarding: Onboarding
  now(): number
}

export function createState(now: () => number): State {
  return {
    credentials: new Credentials(),
    tokens: new Tokens(),
    scripts: new Scripts(),
    calls: new Calls(),
    signatures: new Signatures(),
    onboarding: new Onboarding(),
    now,
  }
}

export function resetState(state: State): void {
  state.credentials.clear()
  state.tokens.clear()
  state.scripts.clear()
  state.calls.clear()
  state.signatures.clear()
  state.onboarding.clear()
}

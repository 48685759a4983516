import type { Settings } from '../settings.ts'
import { AccessTokens } from './access-tokens.ts'
import { Cooldowns } from './cooldowns.ts'
import { Credentials } from './credentials.ts'
import { Ledger } from './ledger.ts'
import { Profile } from './profile.ts'
import type { Ring } from './ring.ts'
import type { Vault } from './vault.ts'

/** What a configured user's object holds in memory; made anew from its tables whenever the object wakes. */
export interface UserState {
  readonly profile: Profile
  readonly credentials: Credentials
  readonly cooldowns: Cooldowns
  readonly ledger: Ledger
  readonly tokens: AccessTokens
}

export interface StateInput {
  readonly sql: SqlStorage
  readonly userId: string
  readonly settings: Settings
  readonly vault: () => Promise<Vault | null>
}

/** Reads the tables of a configured user. */
export function loadState({ sql, userId, settings, vault }: StateInput): UserState {
  const credentials = new Credentials(sql)
  return {
    profile: new Profile(sql),
    credentials,
    cooldowns: new Cooldowns(sql),
    ledger: new Ledger(sql),
    tokens: new AccessTokens({ sql, credentials, vault, userId, settings }),
  }
}

export function ringOf({ credentials, profile }: UserState): Ring {
  return { credentials: credentials.all(), cursor: profile.cursor }
}

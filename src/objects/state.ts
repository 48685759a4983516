import type { Settings } from '../settings.ts'
import { AccessTokens } from './access-tokens.ts'
import { BucketTable } from './bucket-table.ts'
import { Credentials } from './credentials.ts'
import { Ledger } from './ledger.ts'
import { ModelFaults } from './model-faults.ts'
import { Profile } from './profile.ts'
import type { Ring } from './ring.ts'
import type { Vault } from './vault.ts'

/** What a configured user's object holds in memory; made anew from its tables whenever the object wakes. */
export interface UserState {
  readonly profile: Profile
  readonly credentials: Credentials
  readonly buckets: BucketTable
  readonly faults: ModelFaults
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
    buckets: new BucketTable(sql),
    faults: new ModelFaults(sql),
    ledger: new Ledger(sql),
    tokens: new AccessTokens({ sql, credentials, vault, userId, settings }),
  }
}

export function ringOf({ credentials, profile }: UserState): Ring {
  return { credentials: credentials.all(), cursor: profile.cursor }
}

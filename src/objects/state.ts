import type { Settings } from '../settings.ts'
import { AccessTokens } from './secrets/access-tokens.ts'
import { Audit } from './audit/audit.ts'
import { BucketTable } from './ring/quota-bucket-table.ts'
import { CallSignatures } from './ledger/call-signatures.ts'
import { Credentials } from './ring/credentials.ts'
import { Ledger } from './ledger/ledger.ts'
import { ModelFaults } from './ring/model-faults.ts'
import { Pins } from './pins/pins.ts'
import { Profile } from './config/profile.ts'
import type { Use as LimitUse } from './config/limits.ts'
import type { Use, UseOf } from './ring/order.ts'
import type { Ring } from './ring/ring.ts'
import { type StandingOf, standingOf } from './ring/standing.ts'
import { UserKeys } from './config/user-keys.ts'
import { type Admission, admissionOf } from './config/user-settings.ts'
import type { Vault } from './secrets/vault.ts'
import { Suspicions } from './ring/suspicions.ts'

/** What a configured user's object holds in memory. Built from its tables whenever the object wakes. */
export interface UserState {
  readonly profile: Profile
  readonly keys: UserKeys
  readonly credentials: Credentials
  readonly buckets: BucketTable
  readonly faults: ModelFaults
  readonly suspicions: Suspicions
  readonly ledger: Ledger
  readonly tokens: AccessTokens
  readonly signatures: CallSignatures
  readonly pins: Pins
  readonly audit: Audit
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
    keys: new UserKeys(sql, userId),
    credentials,
    buckets: new BucketTable(sql),
    faults: new ModelFaults(sql),
    suspicions: new Suspicions(),
    ledger: new Ledger(sql),
    tokens: new AccessTokens({ sql, credentials, vault, userId, settings }),
    signatures: new CallSignatures(sql),
    pins: new Pins(sql),
    audit: new Audit(sql),
  }
}

/** Whether the holder of this key may use the service now. */
export function admissionTo(
  { keys, profile }: UserState,
  keyDigest: string,
  now: number,
): Admission {
  const isValid = keys.find(keyDigest, now) !== undefined
  return isValid ? admissionOf(profile.settings, now) : 'key_replaced'
}

/** What the user uses at the moment, as limits count it. */
export function useOf({ ledger }: UserState, now: number): LimitUse {
  return ledger.meter.use(ledger.totalTokens(), now)
}

/** Each credential's standing with a model now, and how much it is used. */
export function viewOf(
  state: UserState,
  model: string,
  now: number,
): { readonly standingOf: StandingOf; readonly useOf: UseOf } {
  // Only an order by use needs it, but then several times for each credential.
  let uses: ReadonlyMap<string, Use> | null = null
  return {
    standingOf: (credential) => standingOf(credential, model, state, now),
    useOf: (id) => {
      uses ??= usesIn(state)
      return uses.get(id) ?? UNUSED
    },
  }
}

const UNUSED: Use = { open: 0, lentAt: 0 }

function usesIn({ ledger }: UserState): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>()
  const add = (id: string, open: number, at: number): void => {
    const use = uses.get(id) ?? UNUSED
    uses.set(id, { open: use.open + open, lentAt: Math.max(use.lentAt, at) })
  }
  for (const { credentialId, grantedAt } of ledger.openLeases()) add(credentialId, 1, grantedAt)
  for (const { credentialId, lastUsedAt } of ledger.attempts()) add(credentialId, 0, lastUsedAt)
  return uses
}

export function ringOf({ credentials, profile }: UserState, now: number): Ring {
  const { mode, pin } = profile.settings
  const pinned = pin !== null && pin.until > now ? pin.credentialId : null
  return { credentials: credentials.all(), cursor: profile.cursor, mode, pinned }
}

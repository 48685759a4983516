/** The API's answers as the page reads them, under the page's short names. Times are ISO 8601. */
export type { AuditDetail, AuditPage, ShownLine as AuditLine } from '../../src/wire/audit.ts'
export type { Explanation } from '../../src/wire/explanation.ts'
export type { KeyInfo } from '../../src/wire/key-info.ts'
export type { Price, PriceList } from '../../src/wire/prices.ts'
export type {
  CooldownStats as Cooldown,
  CredentialStats as Credential,
  Stats,
} from '../../src/wire/stats.ts'
export type { HeldToken } from '../../src/wire/tokens.ts'
export type { UserDescription as User } from '../../src/wire/user.ts'

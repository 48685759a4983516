import type { Upstream } from '../gemini/upstreams.ts'

/** Both become part of an upstream's address; the location even becomes part of its host name. */
export const PROJECT = /^[a-z0-9][a-z0-9:.-]{1,100}$/
export const LOCATION = /^[a-z0-9](-?[a-z0-9]){0,39}$/

/** What proves to Google who is calling. It exists unsealed only in memory, and never outside the user's object. */
export type Secret =
  | {
      readonly type: 'authorized_user'
      readonly clientId: string
      readonly clientSecret: string
      readonly refreshToken: string
    }
  | {
      readonly type: 'service_account'
      readonly clientEmail: string
      readonly privateKey: string
      readonly privateKeyId: string | null
    }
  | { readonly type: 'api_key'; readonly apiKey: string }

/** All that one call to an upstream needs. The Worker gets it inside a lease. */
export interface Access {
  readonly upstream: Upstream
  readonly project: string | null
  readonly location: string | null
  /** The project that is billed and limited instead of the OAuth client's own, if the credential names one. */
  readonly quotaProject: string | null
  readonly auth: { readonly scheme: 'bearer' | 'api_key'; readonly value: string }
}

/**
 * What these tests read of `/debug/stats`. The types are their own, so that they test the wire and not the program's
 * types.
 */
export interface Stats {
  readonly total_requests: number
  readonly requests_per_credential: Readonly<Record<string, number>>
  readonly requests: {
    readonly total: number
    readonly open: number
    readonly ok: number
    readonly failed: number
    readonly cancelled: number
    readonly lost: number
  }
  readonly ring: {
    readonly cursor: string
    readonly rotations: number
    readonly credentials: readonly CredentialStats[]
  }
  readonly ledger: {
    readonly granted: number
    readonly settled: number
    readonly open: number
    readonly holds: boolean
  }
}

export interface CredentialStats {
  readonly id: string
  readonly type: string
  readonly attempts: Readonly<Record<'granted' | 'open' | 'ok' | 'quota' | 'cancelled', number>>
}

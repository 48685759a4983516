/** Users' objects as the totals object sees them. */
import { NO_LATENCY, withAttempt } from '../../src/objects/ledger/latency.ts'
import { noUsage } from '../../src/objects/ledger/usage.ts'
import type { Push } from '../../src/objects/totals/push.ts'

export interface SimulatedUser {
  readonly id: string
  readonly life: string
  version: number
  /** The version that was acknowledged. */
  pushed: number
  ok: number
  quota: number
}

export const WHOLE_MS = 1000

/** Everything that this user ever counted. */
export function pushOfUser({ id, life, version, ok, quota }: SimulatedUser): Push {
  let latency = NO_LATENCY
  for (let n = 0; n < ok; n++) {
    latency = withAttempt(latency, { firstByteMs: null, wholeMs: WHOLE_MS })
  }
  const usage = { ...noUsage(), ok, quota, promptTokens: 100 * ok, costNano: 1234 * ok, latency }
  return {
    user: id,
    life,
    version,
    isDeleted: false,
    rows: ok + quota === 0 ? [] : [{ upstream: 'vertex', model: 'gemini-2.5-flash', usage }],
    requests: { ok, failed: 0, refused: 0, cancelled: 0, lost: 0 },
    tallies: {},
    summary: {
      createdAt: 0,
      label: null,
      disabled: false,
      expiresAt: null,
      keyHint: null,
      plan: null,
      rings: [],
      nextRecovery: null,
      isOut: false,
      lastUsedAt: null,
      today: { start: 0, requests: 0, tokens: 0, costNano: 0, unpriced: 0 },
      ledgerHolds: true,
    },
  }
}

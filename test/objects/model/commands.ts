/**
 * The steps that may happen to a user's object, as plain data. A failing run prints them, so that it can be repeated.
 */
import fc from 'fast-check'
import type { Verdict } from '../../../src/upstreams/verdict.ts'
import { pacificMidnightAfter } from './reference.ts'

const MODELS = ['pro', 'flash', 'lite'] as const
const JUMPS = {
  '1ms': 1,
  '900ms': 900,
  '2s': 2000,
  '11s': 11_000,
  '31s': 31_000,
  '61s': 61_000,
  '6min': 6 * 60_000,
  '15min': 15 * 60_000,
  '16min': 16 * 60_000,
  '20min': 20 * 60_000,
  '21min': 21 * 60_000,
  '1h': 3_600_000,
  '7h': 7 * 3_600_000,
  '3days': 3 * 24 * 3_600_000,
} as const
export type Jump = keyof typeof JUMPS | 'before midnight' | 'past midnight'

/**
 * Ordinary days, and both days of the year on which Los Angeles changes its clocks. They lie far ahead, so that no
 * alarm is due by itself.
 */
const STARTS = [
  '2028-06-15T19:00:00.000Z',
  '2028-03-12T07:59:58.500Z',
  '2028-03-12T09:59:00.000Z',
  '2028-11-05T06:59:31.001Z',
  '2028-11-05T08:30:00.000Z',
  '2028-12-31T23:59:59.999Z',
] as const

export type Command =
  | {
      readonly do: 'lease'
      readonly model: string
      readonly tried: readonly number[]
      readonly avoid: boolean
    }
  | { readonly do: 'burst'; readonly model: string; readonly count: number }
  /** One attempt asks for a lease twice at the same time. */
  | { readonly do: 'twins'; readonly model: string }
  | { readonly do: 'again'; readonly pick: number }
  | { readonly do: 'settle'; readonly pick: number; readonly verdict: Verdict }
  | { readonly do: 'settle all'; readonly model: string; readonly verdict: Verdict }
  | { readonly do: 'resettle'; readonly pick: number; readonly verdict: Verdict }
  | {
      readonly do: 'next'
      readonly pick: number
      readonly verdict: Verdict
      readonly isRepeated: boolean
    }
  /** The power fails during a settlement, and the Worker reports it again. */
  | { readonly do: 'cut while settling'; readonly pick: number }
  /** The whole ring is out of quota for hours. After the first hour a test request may find out whether it still is. */
  | { readonly do: 'shut'; readonly model: string }
  | { readonly do: 'post'; readonly key: number; readonly isShared: boolean }
  | { readonly do: 'rotate' }
  | { readonly do: 'clock'; readonly jump: Jump }
  | { readonly do: 'alarm' }
  | { readonly do: 'cut' }

/** `isUnseen`: the stats are not read after this step, since reading them would write everything to disk. */
export type Step = Command & { readonly isUnseen: boolean }

export function jumped(now: number, jump: Jump): number {
  if (jump === 'before midnight') return pacificMidnightAfter(now) - 1
  if (jump === 'past midnight') return pacificMidnightAfter(now) + 30_000
  return now + JUMPS[jump]
}

const pick = fc.nat({ max: 30 })
const model = fc.constantFrom(...MODELS)

const quota = fc.record(
  {
    kind: fc.constant('quota' as const),
    dimension: fc.constantFrom(
      'requests_per_minute' as const,
      'requests_per_day' as const,
      'unknown' as const,
    ),
    retryAfterMs: fc.constantFrom(null, null, 0, 34_000, 3 * 3_600_000, 156 * 3_600_000),
    evidence: fc.constant('retry_info' as const),
  },
  { noNullPrototype: true }, // The record crosses RPC, which accepts only plain objects.
)

export const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Verdict>({ kind: 'ok' }) },
  { weight: 5, arbitrary: quota },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Verdict>(
      { kind: 'client_fault', reason: 'invalid_request' },
      { kind: 'cancelled' },
      { kind: 'token_rejected' },
      { kind: 'upstream_fault', reason: 'capacity' },
      { kind: 'credential_fault', reason: 'model_not_found', scope: 'model' },
      { kind: 'credential_fault', reason: 'permission_denied', scope: 'model' },
      { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' },
    ),
  },
)

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('lease'),
      model,
      tried: fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 4 }), { maxLength: 2 })),
      avoid: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('burst'),
      model,
      count: fc.integer({ min: 2, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('twins'), model }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again'), pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle'), pick, verdict }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle all'), model, verdict }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resettle'), pick, verdict }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('next'), pick, verdict, isRepeated: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut while settling'), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('shut'), model }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('post'),
      key: fc.nat({ max: 4 }),
      isShared: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('clock'),
      jump: fc.constantFrom<Jump[]>(
        ...(Object.keys(JUMPS) as (keyof typeof JUMPS)[]),
        'before midnight',
        'past midnight',
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('alarm') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut') }) },
)

const step: fc.Arbitrary<Step> = fc
  .tuple(command, fc.integer({ min: 0, max: 4 }))
  .map(([done, eye]) => Object.assign(done, { isUnseen: eye === 0 }))

/** A ring of one to four credentials, and up to 40 steps. */
export const story = fc.record({
  start: fc.constantFrom(...STARTS),
  ring: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  steps: fc.array(step, { maxLength: 40, size: 'max' }),
})
export type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

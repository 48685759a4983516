import type { Failure } from '../failure/failure.ts'
import type { Refusal } from '../objects/ledger/lease.ts'
import type { Settings } from '../settings.ts'
import type { KeyHolder } from './authenticate.ts'
import { refusalOf } from './failure-of.ts'
import { withNearestModel } from './nearest-model.ts'
import { callUser } from './object-calls.ts'

export interface Foreseen {
  readonly env: Env
  readonly holder: KeyHolder
  readonly requestId: string
  readonly settings: Settings
  /** As the client asked for it. */
  readonly model: string
  readonly standIn?: string | null | undefined
  /** How many choices are asked for. */
  readonly choices: number
}

/**
 * Why a request would be refused if it asked for its lease now; null if it would not. Asked before costly work such
 * as fetching files: otherwise a caller who is unknown, over a limit or out of quota could have that work done. It is
 * only a forecast: the lease decides.
 */
export async function foresee(request: Foreseen): Promise<Failure | null> {
  const { env, holder, requestId, settings, model, standIn, choices } = request
  const { userId, keyDigest } = holder
  const refusal = await callUser<Refusal | null>(env, userId, (user) =>
    user.foresee({
      keyDigest,
      requestId,
      model,
      ...(standIn && { standIn }),
      choices,
      tried: [],
      avoid: [],
      session: null,
      attempt: 1,
      patienceMs: 0,
      quotaPatienceMs: settings.waitForQuotaMs,
      estimatedTokens: 1,
    }),
  )
  const failure = refusal === null ? null : refusalOf(refusal, model, Date.now())
  return failure === null ? null : withNearestModel(failure, { env, userId, keyDigest })
}

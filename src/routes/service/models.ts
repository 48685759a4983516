import type { KeyHolder } from '../../gateway/authenticate.ts'
import { modelNotFound } from '../../gateway/failure.ts'
import { callUser } from '../../gateway/objects.ts'
import { findModel, stripModelPrefix } from '../../gemini/models/find-model.ts'
import { type Listed, modelsFor } from '../../gemini/models/listing.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Reach } from '../../objects/views/reach.ts'
import { REFUSALS } from '../access.ts'
import { type Call, type Reply, urlOf } from '../call.ts'

type Handler = (call: Call, holder: KeyHolder) => Promise<Reply>

/** What this user's credentials and admin let this key reach; `tell` may find fault with the address's query. */
export function listModels(
  tell: (models: readonly Listed[], query: URLSearchParams) => object | Failure,
): Handler {
  return async (call, holder) =>
    answer(await reachable(call, holder), (models) => {
      const told = tell(models, urlOf(call).searchParams)
      return isFailure(told) ? told : Response.json(told)
    })
}

/** One of them, by its id, as which `tell` gets it. */
export function getModel(
  tell: (model: Listed, asked: string) => object,
  nameOf: (id: string) => string = stripModelPrefix,
): Handler {
  return async (call, holder) => {
    const asked = call.params['id'] ?? ''
    const name = nameOf(asked)
    return answer(await reachable(call, holder), (models) => {
      // The user's own names go before Google's moving ones.
      const named = models.find(({ id }) => id === name)
      const found = named ?? models.find(({ id }) => id === findModel(name)?.id)
      return found === undefined
        ? modelNotFound(name.slice(0, 128))
        : Response.json(tell(found, asked))
    })
  }
}

function isFailure(told: object | Failure): told is Failure {
  return 'reason' in told
}

function answer(
  reached: readonly Listed[] | Failure,
  reply: (models: readonly Listed[]) => Reply,
): Reply {
  return 'reason' in reached ? reached : reply(reached)
}

/** In one round trip to the object, which refuses a stranger in the same. */
async function reachable({ env }: Call, holder: KeyHolder): Promise<readonly Listed[] | Failure> {
  const reach = await callUser<Reach>(env, holder.userId, (object) =>
    object.reach(holder.keyDigest),
  )
  return reach.ok ? modelsFor(reach) : REFUSALS[reach.reason]
}

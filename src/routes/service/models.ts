import { jsonResponse } from '../../json/json-response.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { modelNotFound } from '../../gateway/failure-of.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { ClaudeModels } from '../../gemini/models/claude.ts'
import { findModel, stripModelPrefix } from '../../gemini/models/find-model.ts'
import { type Listed, modelsFor } from '../../gemini/models/listing.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Reach } from '../../objects/views/reach.ts'
import { REFUSALS } from '../access.ts'
import { type Call, type Handler, type Reply, urlOf } from '../call.ts'

/**
 * Lists the models that this user's credentials and admin let the key reach. `tell` may return a failure about the
 * address's query.
 */
export function listModels(
  tell: (models: readonly Listed[], query: URLSearchParams) => object | Failure,
): Handler {
  return async (call, holder) =>
    answer(await reachable(call, holder), (models) => {
      const told = tell(models, urlOf(call).searchParams)
      return isFailure(told) ? told : jsonResponse(told)
    })
}

/**
 * Finds one of these models by the id in the address. `tell` also gets that id as the client wrote it. `standInOf` is
 * asked last: it names the model that answers for a name of another maker's.
 */
export function getModel(
  tell: (model: Listed, asked: string) => object,
  nameOf: (id: string) => string = stripModelPrefix,
  standInOf: (id: string, models: ClaudeModels) => string | null = () => null,
): Handler {
  return async (call, holder) => {
    const asked = call.params['id'] ?? ''
    const name = nameOf(asked)
    return answer(await reachable(call, holder), (models) => {
      // A name of the user's own takes precedence over Google's moving names.
      const named = models.find(({ id }) => id === name)
      const standIn = standInOf(asked, call.settings.claudeModels)
      const found = named ?? models.find(({ id }) => id === findModel(standIn ?? name)?.id)
      return found === undefined
        ? modelNotFound(name.slice(0, 128), models)
        : jsonResponse(tell(found, asked))
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

/** One round trip to the object, which also checks the key. */
async function reachable({ env }: Call, holder: KeyHolder): Promise<readonly Listed[] | Failure> {
  const reach = await callUser<Reach>(env, holder.userId, (object) =>
    object.reach(holder.keyDigest),
  )
  return reach.ok ? modelsFor(reach) : REFUSALS[reach.reason]
}

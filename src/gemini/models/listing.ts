import type { Model } from './catalogue.ts'
import { isClaudeName } from './claude.ts'
import { findModel, listModels } from './find-model.ts'
import type { Upstream } from '../upstreams.ts'

/** What a list of models depends on. */
export interface Reachable {
  /**
   * One entry for each credential that is not in quarantine. `models`: the only models that it may serve; null for
   * all.
   */
  readonly credentials: readonly {
    readonly upstream: Upstream
    readonly models: readonly string[] | null
    /** Models that Google, within the last minutes, said it does not have. */
    readonly without: readonly string[]
  }[]
  /** The models that the user may ask for; null for all. */
  readonly models: readonly string[] | null
  /** The user's own names → Google's. */
  readonly aliases: Readonly<Record<string, string>>
}

/** A model that a user may ask for, by Google's name or by one of the user's own. */
export interface Listed {
  readonly id: string
  /** Google's name. */
  readonly target: string
  /** Null if the catalogue does not know the model, which an admin named. */
  readonly model: Model | null
}

/** The models that at least one credential of a user can serve, newest first, then the user's own names. Pure. */
export function modelsFor(reach: Reachable): readonly Listed[] {
  const { models, aliases } = reach
  const known = listModels().filter(({ id }) => isServed(id, reach))
  const named = (models ?? []).filter((id) => findModel(id) === undefined && isServed(id, reach))
  const own = Object.entries(aliases).filter(([, target]) => isServed(target, reach))
  return [
    // A name of the user's hides the same name of Google's.
    ...known.filter(({ id }) => !Object.hasOwn(aliases, id)).map(listed),
    ...named
      .filter((id) => !Object.hasOwn(aliases, id))
      .map((id) => ({ id, target: id, model: null })),
    ...own.map(([id, target]) => ({ id, target, model: findModel(target) ?? null })),
  ]
}

function listed(model: Model): Listed {
  return { id: model.id, target: model.id, model }
}

function isServed(id: string, { credentials, models }: Reachable): boolean {
  // An admin may have allowed such a name, but Google has no model of it.
  if (isClaudeName(id)) return false
  if (models !== null && !models.includes(id)) return false
  const availability = findModel(id)?.upstreams
  return credentials.some((credential) => {
    const isKept = credential.models === null || credential.models.includes(id)
    const at = availability?.[credential.upstream] ?? 'served'
    return isKept && !credential.without.includes(id) && (at === 'served' || at === 'routed')
  })
}

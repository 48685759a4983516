/** create, get, list, patch and delete of cached contents. */
import { failure, invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { perform, presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { findModel } from '../find-model.ts'
import type { JsonObject } from '../json.ts'
import type { Model } from '../models.ts'
import { promptTokens } from '../reply/usage.ts'
import { CONTINUES_SINCE, NO_CACHING } from '../rules/cache.ts'
import { checkCounted } from '../rules/index.ts'
import { describeCache } from '../state/caches.ts'
import type { Cache } from '../state/caches.ts'
import { asGenerateRequest, readBody } from '../upstreams/body.ts'
import { callerOf, newId, noCache } from './owner.ts'
import { ownThings } from './own-things.ts'

const ID_LENGTH = 38
const DEFAULT_TTL_MS = 3_600_000
const FLASH_LEAST = 1024
const LEAST = 4096

export function createCachedContent(exchange: Exchange): Outcome {
  const { state } = exchange
  const read = readBody(exchange, 'CachedContent')
  if (!read.ok) return refuse(read.failure)
  const { model: named, displayName } = read.value
  const path = '* CreateCachedContentRequest.cached_content'
  if (typeof named !== 'string' || !named.startsWith('models/')) {
    return refuse(invalidArgument(`${path}.model: model is not specified`))
  }
  const id = named.slice('models/'.length)
  exchange.call.model = id
  const model = findModel('gemini-api', id, '')
  if (!model || model.embeds) return refuse(missing(exchange, id))
  if (model.generation >= CONTINUES_SINCE) return refuse(invalidArgument(NO_CACHING))
  const held = asGenerateRequest(read.value)
  const tokens = promptTokens(held)
  const now = state.now()
  const expiry = expiryOf(read.value, now)
  if (!expiry.ok) return refuse(expiry.failure)
  const refused = checkHeld(exchange, model, { held, tokens })
  if (refused) return refuse(refused)
  return perform(exchange, () => {
    const { contents, systemInstruction, tools, toolConfig } = held
    const cache: Cache = {
      name: `cachedContents/${newId(ID_LENGTH)}`,
      owner: callerOf(exchange),
      model: named,
      displayName: typeof displayName === 'string' ? displayName : undefined,
      held: {
        ...(contents ? { contents } : {}),
        ...(systemInstruction ? { systemInstruction } : {}),
        ...(tools ? { tools } : {}),
        ...(toolConfig ? { toolConfig } : {}),
      },
      tokens,
      createdAt: now,
      updatedAt: now,
      expiresAt: expiry.at ?? now + DEFAULT_TTL_MS,
    }
    state.caches.put(cache)
    return { kind: 'json', body: describeCache(cache) }
  })
}

function missing(exchange: Exchange, id: string): Failure {
  const { state, route } = exchange
  const named = { ...exchange, route: { ...route, model: id } }
  return presetFailure({ ...named, state }, '404')
}

function checkHeld(
  exchange: Exchange,
  model: Model,
  { held, tokens }: { held: Cache['held']; tokens: number },
): Failure | undefined {
  const { signatures } = exchange.state
  if (held.contents) {
    const subject = { upstream: 'gemini-api', model, request: held, signatures } as const
    const refused = checkCounted({ ...subject, own: ownThings(exchange) })
    if (refused) return refused
  }
  const isSmall = model.generation < 3 && model.id.includes('flash')
  const least = isSmall ? FLASH_LEAST : LEAST
  if (tokens >= least) return undefined
  return invalidArgument(
    `Cached content is too small. total_token_count=${tokens}, min_total_token_count=${least}`,
  )
}

export function getCachedContent(exchange: Exchange): Outcome {
  return withCache(exchange, (cache) => ({ kind: 'json', body: describeCache(cache) }))
}

export function listCachedContents(exchange: Exchange): Outcome {
  const { state, url } = exchange
  return perform(exchange, () => {
    const { things, ...rest } = state.caches.page(callerOf(exchange), state.now(), url.searchParams)
    const cachedContents = things.map(describeCache)
    return {
      kind: 'json',
      body: { ...(cachedContents.length > 0 ? { cachedContents } : {}), ...rest },
    }
  })
}

/** Only the expiry can be changed. */
export function updateCachedContent(exchange: Exchange): Outcome {
  const read = readBody(exchange, 'CachedContent')
  if (!read.ok) return refuse(read.failure)
  const { state } = exchange
  return withCache(exchange, (cache) => {
    const expiry = expiryOf(read.value, state.now())
    if (!expiry.ok) return refuse(expiry.failure)
    const others = Object.keys(read.value).filter((name) => name !== 'ttl' && name !== 'expireTime')
    if (others.length > 0 || expiry.at === undefined) {
      return refuse(invalidArgument('Only ttl or expire_time can be updated.'))
    }
    cache.expiresAt = expiry.at
    cache.updatedAt = state.now()
    return { kind: 'json', body: describeCache(cache) }
  })
}

export function deleteCachedContent(exchange: Exchange): Outcome {
  return withCache(exchange, (found) => {
    exchange.state.caches.remove(found)
    return { kind: 'json', body: {} }
  })
}

function withCache(exchange: Exchange, act: (cache: Cache) => Outcome): Outcome {
  const { state, route } = exchange
  const cache = state.caches.get(`cachedContents/${route.id}`, callerOf(exchange), state.now())
  return cache ? perform(exchange, () => act(cache)) : refuse(noCache())
}

type Expiry = { ok: true; at: number | undefined } | { ok: false; failure: Failure }

function expiryOf({ ttl, expireTime }: JsonObject, now: number): Expiry {
  if (ttl === undefined && expireTime === undefined) return { ok: true, at: undefined }
  const at =
    typeof ttl === 'string' ? now + Number.parseFloat(ttl) * 1000 : Date.parse(String(expireTime))
  if (at > now) return { ok: true, at }
  return { ok: false, failure: failure(400, 'expire_time must be in the future.') }
}

import { jsonResponse } from '../../json/json-response.ts'
import { persistently } from '../../persistently.ts'
import { PRICES } from '../../gemini/models/prices.ts'
import type { Price } from '../../wire/prices.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import type { Call, Reply } from '../call.ts'
import { readBody } from './body.ts'
import { pricesBody } from './price-schema.ts'

/** GET /v1/config/prices: the price list, and the prices that override it. */
export async function getPrices({ env }: Call): Promise<Reply> {
  const shared = await persistently(() => env.DIRECTORY.getByName(DIRECTORY_NAME).shared())
  return answer(shared.prices ?? [])
}

/** PUT /v1/config/prices: replaces all prices that override the list. They hold for attempts that end from now on. */
export async function putPrices(call: Call): Promise<Reply> {
  const body = await readBody(call, pricesBody())
  if (!body.ok) return body.failure
  const { prices } = body.value
  await persistently(() => call.env.DIRECTORY.getByName(DIRECTORY_NAME).setPrices(prices))
  return answer(prices)
}

function answer(overrides: readonly Price[]): Response {
  return jsonResponse({ status: 'ok', unit: 'usd_per_million_tokens', overrides, list: PRICES })
}

import { describe, expect, it } from 'vitest'
import { Meter } from '../../src/objects/ledger/meter.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

describe('the place of a request that waits for quota', () => {
  it('is kept until it may ask again, and a while longer', () => {
    const meter = new Meter({})
    meter.begin('req_a', 100, NOW)
    meter.await('req_a', NOW + 2000)
    expect(meter.use(0, NOW + 11_000)).toMatchObject({ openRequests: 1, reservedTokens: 100 })
    meter.goesOn('req_a')
    expect(meter.use(0, NOW + 60_000)).toMatchObject({ openRequests: 1, reservedTokens: 100 })
  })

  it('is free where it never asks again', () => {
    const meter = new Meter({})
    meter.begin('req_a', 100, NOW)
    meter.await('req_a', NOW + 2000)
    expect(meter.use(0, NOW + 12_000)).toMatchObject({ openRequests: 0, reservedTokens: 0 })
    meter.goesOn('req_a')
    expect(meter.use(0, NOW + 12_000)).toMatchObject({ openRequests: 0, reservedTokens: 0 })
  })
})

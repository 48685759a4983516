import { describe, expect, it } from 'vitest'
import { parseDuration, parseInstant, parseRetryAfter } from '../../src/upstreams/durations.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

describe('parseDuration', () => {
  it.each([
    ['34s', 34_000],
    ['34.074824224s', 34_075],
    ['0s', 0],
    ['18h12m3.4s', 65_523_400],
    ['539.477544ms', 540],
    ['', null],
    ['soon', null],
    ['12', null],
    ['-3s', null],
    [`${'9'.repeat(400)}h`, null],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
})

describe('parseInstant', () => {
  it.each([
    ['2026-11-22T13:00:00Z', 3_600_000],
    ['2026-11-22T12:00:00.250Z', 250],
    ['2026-11-22T13:00:00+01:00', 0],
    ['1970-01-01T00:00:00Z', -NOW],
    ['2026-13-45T99:00:00Z', null],
    ['tomorrow 7', null],
    ['', null],
  ])('reads %s', (text, ms) => {
    expect(parseInstant(text, NOW)).toBe(ms)
  })
})

describe('parseRetryAfter', () => {
  it.each([
    ['17', 17_000],
    ['Sun, 22 Nov 2026 12:01:30 GMT', 90_000],
    ['Sun, 22 Nov 2026 11:59:00 GMT', -60_000],
    ['-5', null],
    ['soon', null],
    ['', null],
  ])('reads %s', (text, ms) => {
    expect(parseRetryAfter(text, NOW)).toBe(ms)
  })
})

import { assert, asyncProperty } from 'fast-check'
import { afterEach, beforeEach, describe, it, vi } from 'vitest'
import { story } from './commands.ts'
import { LongWaits } from './long-waits.ts'
import { play } from './play.ts'

const waits = new LongWaits()
const told = asyncProperty(story, (it) => play(it, waits))

describe('a user’s object and the reference model', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2028-06-15T19:00:00Z') })
    waits.install()
  })

  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  // If it is interrupted while a failure is being shrunk, fast-check reports what it has. A timeout of vitest's would
  // report nothing.
  it('agree after every step of the stories that are always played', { timeout: 120_000 }, () =>
    assert(told, { seed: 20281105, numRuns: 210, interruptAfterTimeLimit: 90_000 }),
  )

  // To play a failed story again, put the printed seed and path beside `numRuns`.
  it('agree after every step of stories that nobody has heard before', { timeout: 60_000 }, () =>
    assert(told, { numRuns: 90, interruptAfterTimeLimit: 15_000 }),
  )
})

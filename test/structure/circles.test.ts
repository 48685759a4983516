import { describe, expect, it } from 'vitest'
import { circlesIn, importsBelow } from './imports.ts'

describe('imports', () => {
  // Lint's `no-cycle` misses circles of types alone, and those grow into real ones.
  it.each(['src', 'emulator'])('never lead back to where they began, in %s', (root) => {
    const imports = importsBelow(root)
    expect(imports.size).toBeGreaterThan(50)
    expect(circlesIn(imports)).toEqual([])
  })

  it('would be seen to', () => {
    const planted = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
    ])
    expect(circlesIn(planted)).toEqual([['a', 'b', 'c', 'a']])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toWellFormedJson, WholeCharacters, wellFormedJson } from '../../src/json/well-formed.ts'

/** Texts of any characters, with halves of surrogate pairs among them. */
const units = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', '\\', 'u', 'd', '"', '\ud83d', '\ude00', '😀', '\\ud83d', '\\\\ud83d'),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 12 },
  )
  .map((all) => all.join(''))

describe('JSON without halves', () => {
  it('says what JSON.stringify says of the same text made well-formed', () => {
    fc.assert(
      fc.property(units, units, (key, value) => {
        const json = toWellFormedJson({ [key]: [value] })
        expect(json).toBe(JSON.stringify({ [key.toWellFormed()]: [value.toWellFormed()] }))
      }),
    )
  })

  it.each([
    ['"\\ud83d"', '"\ufffd"'],
    ['"\\uD83D \\uDE00"', '"\ufffd \ufffd"'],
    ['"\\uD83D\\uDE00"', '"\\uD83D\\uDE00"'],
    ['"\\ud83d\\ud83d\\ude00"', '"\ufffd\\ud83d\\ude00"'],
    ['"\\\\ud83d"', '"\\\\ud83d"'],
    ['"\\\\\\ud83d"', '"\\\\\ufffd"'],
  ])('mends what others wrote: %s', (json, mended) => {
    expect(wellFormedJson(json)).toBe(mended)
  })
})

describe('characters in pieces', () => {
  it('are those of the text, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(units), (pieces) => {
        const characters = new WholeCharacters()
        const told = pieces.map((piece) => characters.next(piece))
        for (const piece of told) expect(piece.isWellFormed()).toBe(true)
        expect(told.join('') + characters.end()).toBe(pieces.join('').toWellFormed())
      }),
    )
  })
})

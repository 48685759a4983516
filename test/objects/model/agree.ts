import { expect } from 'vitest'

export function isSame(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected)
}

export function isLike(actual: object, expected: object): void {
  expect(actual).toMatchObject(expected)
}

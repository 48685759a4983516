/** The parsed values of a user's last bodies are used for the next one. This must not be noticeable except by speed. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNestedDeeper } from '../../src/json/nesting.ts'
import { RecurringBodies, type Sender } from '../../src/json/recurring-bodies.ts'

const LEVELS = 12
const ADA: Sender = { owner: 'ada', now: 0, keeps: true }
const BOB: Sender = { ...ADA, owner: 'bob' }

/** Long enough for its list to be compared. */
const filler = 'it went on as it had begun; '.repeat(30)
const item = fc.oneof(
  { weight: 4, arbitrary: fc.record({ role: fc.string(), content: fc.constant(filler) }) },
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(1, 12, -0.5, '1', '"', '\\', '[', ',]', { __proto__: null }, []),
)

type Fields = Readonly<Record<string, unknown>>
interface Step {
  readonly list: 'messages' | 'tools'
  readonly how: 'add' | 'change' | 'remove' | 'turn' | 'same' | 'other'
  readonly at: number
  readonly value: unknown
  readonly space: number
  /** Where the text is damaged, and how; null if it is not. */
  readonly spoilt: { readonly at: number; readonly by: string; readonly cut: number } | null
  readonly sender: Sender
}

const step = fc.record<Step>({
  list: fc.constantFrom('messages', 'messages', 'tools'),
  how: fc.constantFrom('add', 'add', 'add', 'change', 'remove', 'turn', 'same', 'other'),
  at: fc.nat(),
  value: item,
  space: fc.constantFrom(0, 0, 0, 1),
  spoilt: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    fc.record({
      at: fc.nat(),
      by: fc.constantFrom('', ',', ']', '[', '}', '"', '1', ' ', ':', '\\', '"messages":1,'),
      cut: fc.constantFrom(0, 1),
    }),
  ),
  sender: fc.constantFrom(ADA, ADA, ADA, BOB, { ...ADA, keeps: false }),
})

function changed(body: Fields, { list, how, at, value }: Step): Fields {
  const items = [...(body[list] as readonly unknown[])]
  const place = at % (items.length + 1)
  if (how === 'add') items.push(value)
  if (how === 'change') items[place] = value
  if (how === 'remove') items.splice(place, 1)
  if (how === 'other') return { ...body, [`field_${place}`]: value }
  const next = { ...body, [list]: items }
  return how === 'turn' ? Object.fromEntries(Object.entries(next).toReversed()) : next
}

function outcomeOf(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (error) {
    // Callers of JSON.parse only need to know that it threw.
    return `threw ${error instanceof Error}`
  }
}

describe('a body that is like the last ones', () => {
  it('is read as JSON.parse reads it, whatever came before', () => {
    let reused = 0
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 4 }),
        fc.array(step, { minLength: 3 }),
        (items, steps) => {
          const bodies = new RecurringBodies(40_000)
          let body: Fields = { model: 'm', messages: items, n: 1, tools: items.slice(0, 3) }
          let before: unknown
          for (const one of steps) {
            body = changed(body, one)
            const whole = JSON.stringify(body, null, one.space)
            const { at, by, cut } = one.spoilt ?? { at: 0, by: '', cut: 0 }
            const place = at % whole.length
            const text = whole.slice(0, place) + by + whole.slice(place + cut)
            const plain = outcomeOf(() => JSON.parse(text) as unknown)
            const read = outcomeOf(() => {
              const { value, isTooDeep } = bodies.parse(text, LEVELS, one.sender)
              expect(isTooDeep).toBe(isNestedDeeper(plain, LEVELS))
              if (isTooDeep) return plain
              const [first] = (value as { messages?: unknown[] }).messages ?? []
              if (typeof first === 'object' && first !== null && first === before) reused++
              before = first
              return value
            })
            expect(read).toStrictEqual(plain)
            expect(JSON.stringify(read)).toBe(JSON.stringify(plain))
          }
        },
      ),
      { numRuns: 150 },
    )
    // Otherwise the test would have shown nothing.
    expect(reused).toBeGreaterThan(10)
  })

  const long = (...more: readonly unknown[]): string =>
    JSON.stringify({ messages: [...Array<string>(8).fill(filler), ...more] })
  const valuesOf = (bodies: RecurringBodies, text: string, sender = ADA): readonly unknown[] =>
    (bodies.parse(text, LEVELS, sender).value as { messages: readonly unknown[] }).messages

  it('takes the last number of before for the beginning of a longer one', () => {
    const bodies = new RecurringBodies()
    for (const number of [1, 1, 12, 123, 1])
      expect(valuesOf(bodies, long(number)).at(-1)).toBe(number)
  })

  it('is read with the last of two members of a name', () => {
    const bodies = new RecurringBodies()
    const list = long('a').slice(1, -1)
    for (let time = 0; time < 3; time++) valuesOf(bodies, long('a'))
    for (const text of [
      `{${list},"messages":[]}`,
      `{${list},"messages":"x"}`,
      `{"messages":[],${list}}`,
      `{${list},"mess\\u0061ges":[2]}`,
    ]) {
      expect(bodies.parse(text, LEVELS, ADA).value).toStrictEqual(JSON.parse(text))
    }
  })

  it('sets nothing by a name that objects have already', () => {
    const bodies = new RecurringBodies()
    const text = long({ a: filler }).replaceAll('messages', '__proto__')
    for (let time = 0; time < 3; time++) {
      const { value } = bodies.parse(text, LEVELS, ADA)
      expect(Object.keys(value as object)).toEqual(['__proto__'])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    }
  })
})

describe('what is kept of a body', () => {
  const turn = (count: number, text = filler): string =>
    JSON.stringify({
      messages: Array.from({ length: count }, (_, number) => ({ number, text })),
    })
  const firstOf = (bodies: RecurringBodies, text: string, sender = ADA): unknown =>
    (bodies.parse(text, LEVELS, sender).value as { messages: readonly unknown[] }).messages[0]

  it('is given out again to the same user, and to nobody else', () => {
    const bodies = new RecurringBodies()
    firstOf(bodies, turn(9))
    firstOf(bodies, turn(9), BOB)
    const kept = firstOf(bodies, turn(10))
    expect(firstOf(bodies, turn(11))).toBe(kept)
    const others = firstOf(bodies, turn(11), BOB)
    expect(others).toEqual(kept)
    expect(others).not.toBe(kept)
  })

  it('cannot be changed by the request that reads it', () => {
    const bodies = new RecurringBodies()
    firstOf(bodies, turn(9))
    const kept = firstOf(bodies, turn(10)) as { text: string }
    expect(() => (kept.text = 'other')).toThrow(TypeError)
  })

  it('is nothing of a body that is read and not to be kept', () => {
    const bodies = new RecurringBodies()
    firstOf(bodies, turn(9))
    const kept = firstOf(bodies, turn(10))
    const passing = { ...ADA, keeps: false }
    expect(firstOf(bodies, turn(12, `${filler}!`), passing)).not.toBe(kept)
    expect(firstOf(bodies, turn(11), passing)).toBe(kept)
    expect(firstOf(bodies, turn(11))).toBe(kept)
  })

  it('is forgotten after five minutes', () => {
    const bodies = new RecurringBodies()
    firstOf(bodies, turn(9))
    const kept = firstOf(bodies, turn(10))
    expect(firstOf(bodies, turn(10), { ...ADA, now: 300_000 })).toBe(kept)
    expect(firstOf(bodies, turn(10), { ...ADA, now: 600_001 })).not.toBe(kept)
  })

  it('gives way where there is too much of it, the oldest first', () => {
    const text = turn(9)
    const bodies = new RecurringBodies(3 * text.length)
    const keptOf = (owner: string): unknown => firstOf(bodies, text, { ...ADA, owner })
    for (const owner of ['a', 'b', 'c']) keptOf(owner)
    const [a, b, c] = ['a', 'b', 'c'].map(keptOf)
    expect([keptOf('a'), keptOf('b'), keptOf('c')]).toEqual([a, b, c])
    expect(keptOf('c')).toBe(c)
    keptOf('d')
    expect(keptOf('c')).toBe(c)
    expect(keptOf('a')).not.toBe(a)
  })

  it('is four conversations of one user side by side', () => {
    const bodies = new RecurringBodies()
    const told = (name: string, count: number): unknown =>
      firstOf(bodies, turn(count, `${name} ${filler}`))
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) told(name, 9)
    const kept = names.map((name) => told(name, 10))
    expect(names.every((name, at) => told(name, 11) === kept[at])).toBe(true)
    told('e', 9)
    expect(told('d', 12)).toBe(kept[3])
    expect(told('a', 12)).not.toBe(kept[0])
  })
})

/** One timer serves all time limits of a request. */
import { expect, it } from 'vitest'
import { Clock } from '../../src/clock.ts'

it('rings what is due, in order, whichever limit was set first', async () => {
  const clock = new Clock()
  const rung: string[] = []
  clock.after(60, () => rung.push('late'))
  clock.after(10, () => rung.push('soon'))
  clock.after(20, () => rung.push('cancelled'))()
  await scheduler.wait(150)
  expect(rung).toEqual(['soon', 'late'])
})

it('rings nothing that another alarm of the same moment cancels', async () => {
  const clock = new Clock()
  const rung: string[] = []
  let cancel = (): void => undefined
  clock.after(5, () => cancel())
  cancel = clock.after(5, () => rung.push('cancelled'))
  clock.after(5, () => rung.push('kept'))
  await scheduler.wait(60)
  expect(rung).toEqual(['kept'])
})

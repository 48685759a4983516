import { expect, it } from 'vitest'
import { bundle } from '../../bench/subjects.ts'

// V8 keeps a source with a single character beyond ASCII in two bytes a character: 650 KB more in each isolate.
it('The Worker is bundled as ASCII', () => {
  expect(bundle('src/worker.ts').match(/[^\0-\x7f].{0,40}/g)).toBeNull()
}, 60_000)

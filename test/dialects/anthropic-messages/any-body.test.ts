/** Every body that a client sends becomes a request or a refusal that names a field. Nothing throws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cuttings } from '../../../src/bytes/cuttings.ts'
import { readFields } from '../../../src/dialects/anthropic-messages/body/fields.ts'
import { readRequest } from '../../../src/dialects/anthropic-messages/request.ts'
import { anyMessageBody } from '../support/any-message-body.ts'

describe('any body', () => {
  it('is a request, or refused for a field of its own', () => {
    let read = 0
    fc.assert(
      fc.property(anyMessageBody, (given) => {
        const fields = readFields(JSON.parse(JSON.stringify(given)))
        const prompt = fields.ok ? readRequest(fields.value, Cuttings.NONE) : fields
        const request = prompt.ok ? prompt.translate() : prompt
        if (request.ok) {
          read++
          const { contents } = request.request
          return contents.length > 0 && contents.every(({ parts }) => parts.length > 0)
        }
        const { message: told, param = '' } = request.failure
        return param !== '' && told.startsWith(`${param}: `)
      }),
      { numRuns: 3000 },
    )
    expect(read).toBeGreaterThan(30)
  })
})

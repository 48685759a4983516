/**
 * The kinds of values on the wire, each with what is expected; issue.ts makes the sentence around
 * it.
 */
import * as v from 'valibot'

export const string = v.string('a string')
export const boolean = v.boolean('a boolean')
export const number = v.number('a number')
export const integer = v.pipe(v.number('an integer'), v.integer('an integer'))

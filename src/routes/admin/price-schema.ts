import * as v from 'valibot'
import { model } from './model-names.ts'
import { lazy } from '../../lazy.ts'

const DOLLARS = 'must be dollars for a million tokens, from 0 to 10000'
const dollars = lazy(() =>
  v.pipe(v.number('a number'), v.minValue(0, DOLLARS), v.maxValue(10_000, DOLLARS)),
)
const DAY = 'must be a day such as 2027-01-31'
/** The form alone would let through days that no month has. */
const day = lazy(() =>
  v.pipe(
    v.string('a day'),
    v.isoDate(DAY),
    v.check((text) => new Date(text).toJSON()?.slice(0, 10) === text, DAY),
  ),
)

const fields = lazy(() =>
  v.strictObject({
    model: model(),
    from: v.exactOptional(day()),
    until: v.exactOptional(day()),
    in: dollars(),
    cached: dollars(),
    out: dollars(),
    long: v.exactOptional(v.strictObject({ in: dollars(), cached: dollars(), out: dollars() })),
    audioIn: v.exactOptional(dollars()),
    audioCached: v.exactOptional(dollars()),
    imageIn: v.exactOptional(dollars()),
    videoIn: v.exactOptional(dollars()),
    imageOut: v.exactOptional(dollars()),
    audioOut: v.exactOptional(dollars()),
  }),
)

/** A price that holds on no day would look as if it were set. */
const price = lazy(() =>
  v.pipe(
    fields(),
    v.forward(
      v.check(
        ({ from = '', until = '' }) => from === '' || until === '' || from < until,
        'must be a later day than `from`',
      ),
      ['until'],
    ),
  ),
)

export const pricesBody = lazy(() =>
  v.strictObject({
    prices: v.pipe(
      v.array(price(), 'an array of prices'),
      v.maxLength(200, 'must have at most 200 prices'),
      v.checkItems(
        ({ model, from, until }, index, all) =>
          all.findIndex(
            (other) => other.model === model && other.from === from && other.until === until,
          ) === index,
        'is there before, for the same model and days',
      ),
    ),
  }),
)

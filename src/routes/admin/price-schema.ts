import * as v from 'valibot'

const DOLLARS = 'must be dollars for a million tokens, from 0 to 10000'
const dollars = v.pipe(v.number('a number'), v.minValue(0, DOLLARS), v.maxValue(10_000, DOLLARS))
const day = v.pipe(v.string('a day'), v.isoDate('must be a day such as 2027-01-31'))

const price = v.strictObject({
  model: v.pipe(
    v.string('a string'),
    v.regex(/^[A-Za-z0-9][\w.:@-]{0,127}$/, 'must be a model id such as gemini-2.5-flash'),
  ),
  from: v.exactOptional(day),
  until: v.exactOptional(day),
  in: dollars,
  cached: dollars,
  out: dollars,
  long: v.exactOptional(v.strictObject({ in: dollars, cached: dollars, out: dollars })),
  audioIn: v.exactOptional(dollars),
  audioCached: v.exactOptional(dollars),
  imageIn: v.exactOptional(dollars),
  videoIn: v.exactOptional(dollars),
  imageOut: v.exactOptional(dollars),
  audioOut: v.exactOptional(dollars),
})

export const pricesBody = v.strictObject({
  prices: v.pipe(
    v.array(price, 'an array of prices'),
    v.maxLength(200, 'must have at most 200 prices'),
  ),
})

import type { ComponentChildren } from 'preact'
import { Act } from '../acts/act.tsx'
import { priceFields, priceIn, pricesWith, pricesWithout } from '../acts/price-fields.ts'
import { count } from '../format.ts'
import { useLoad } from '../load.ts'
import { Problem, Section, Table } from '../pieces.tsx'
import { Title } from '../title.tsx'
import type { Price, PriceList } from '../wire.ts'

const PATH = '/v1/config/prices'

/** The prices of tokens: the list, and an admin's prices, which override it. */
export function Prices() {
  const { data, error, reload } = useLoad<PriceList>(PATH)
  const own = data?.overrides ?? []
  const put = (prices: readonly Price[]) => ({ method: 'PUT', path: PATH, body: { prices } })
  return (
    <>
      <Title text="Prices" />
      <Problem error={error} />
      <Section
        title={`Own prices (${count(own.length)})`}
        acts={
          data !== null && (
            <>
              <Act
                name="New price"
                main
                does="Sets a price of yours, which goes before the list’s of the same model, for attempts that end from now on. What was counted stays as it is."
                fields={priceFields(null)}
                request={(values) => put(pricesWith(own, null, priceIn(values)))}
                onDone={reload}
              />
              {own.length > 0 && (
                <Act
                  name="Reset all"
                  danger
                  does={`Takes away all ${count(own.length)} own prices: the list holds again, for attempts that end from now on.`}
                  request={() => put([])}
                  onDone={reload}
                />
              )}
            </>
          )
        }
      >
        <p>
          Dollars for a million tokens. Contracts, free tiers and licences may have others than
          Google’s list: own prices go before it.
        </p>
        {own.length > 0 && (
          <PriceTable
            caption="Own prices"
            prices={own}
            acts={(price) => (
              <div class="acts">
                <Act
                  name="Change price"
                  of={nameOf(price)}
                  does="Sets this price anew, for attempts that end from now on."
                  fields={priceFields(price)}
                  request={(values) => put(pricesWith(own, price, priceIn(values)))}
                  onDone={reload}
                />
                <Act
                  name="Reset price"
                  of={nameOf(price)}
                  danger
                  does="Takes this price away: the list’s holds again, and where it has none the cost is not known."
                  request={() => put(pricesWithout(own, price))}
                  onDone={reload}
                />
              </div>
            )}
          />
        )}
      </Section>
      {data !== null && (
        <Section title="The list">
          <PriceTable
            caption="List prices"
            prices={data.list}
            acts={(price) => (
              <Act
                name="Override"
                of={nameOf(price)}
                does="Sets a price of yours, which goes before this one, for attempts that end from now on."
                fields={priceFields(price)}
                request={(values) => put(pricesWith(own, null, priceIn(values)))}
                onDone={reload}
              />
            )}
          />
        </Section>
      )}
    </>
  )
}

function PriceTable({
  caption,
  prices,
  acts,
}: {
  readonly caption: string
  readonly prices: readonly Price[]
  readonly acts: (price: Price) => ComponentChildren
}) {
  return (
    <Table
      caption={caption}
      columns={['Model', 'In', 'Cached', 'Out', 'Other', 'Acts']}
      rows={prices.map((price, index) => ({
        id: `${index} ${nameOf(price)}`,
        cells: [
          <>
            <strong>{price.model}</strong>
            <div class="faint">{daysOf(price)}</div>
          </>,
          price.in,
          price.cached,
          price.out,
          othersOf(price) || '–',
          acts(price),
        ],
      }))}
    />
  )
}

function daysOf({ from, until }: Price): string {
  return [from === undefined ? '' : `from ${from}`, until === undefined ? '' : `until ${until}`]
    .filter(Boolean)
    .join(' ')
}

/** The model with the price's days, since a model has one price for each range of days. */
function nameOf(price: Price): string {
  return `${price.model} ${daysOf(price)}`.trim()
}

function othersOf(price: Price): string {
  const { long } = price
  const others = (
    [
      ['audio in', price.audioIn],
      ['audio cached', price.audioCached],
      ['image in', price.imageIn],
      ['video in', price.videoIn],
      ['image out', price.imageOut],
      ['audio out', price.audioOut],
    ] as const
  ).flatMap(([name, dollars]) => (dollars === undefined ? [] : [`${name} ${dollars}`]))
  return [
    ...(long === undefined
      ? []
      : [`above 200,000 tokens ${long.in} / ${long.cached} / ${long.out}`]),
    ...others,
  ].join('; ')
}

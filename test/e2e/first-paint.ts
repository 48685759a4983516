/** How long a person waits for the page of an `npm start`, and what it weighs: `npm run bench:page`. Needs Chromium. */
import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { machine } from '../../bench/report.ts'
import { freePort } from '../../scripts/ports.ts'
import { launch } from './support/browser.ts'
import { makeCheckout } from './support/checkout.ts'
import { npmStart, untilGone } from './support/npm-start.ts'

const VISITS = 9

const checkout = makeCheckout()
const before = machine()
const port = await freePort(randomInt(20_000, 30_000))
const gateway = await npmStart(checkout, ['--port', String(port)])
const browser = await launch()
const times: number[] = []
let bytes = 0
try {
  for (let visit = 0; visit < VISITS; visit++) {
    // A context of its own has nothing in its cache.
    const context = await browser.newContext()
    const page = await context.newPage()
    let weight = 0
    page.on('requestfinished', (request) => {
      void request.sizes().then(({ responseBodySize, responseHeadersSize }) => {
        weight += responseBodySize + responseHeadersSize
      })
    })
    await page.goto(gateway.url)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    // As code, since this program knows no DOM.
    const painted = await page.evaluate<number>(
      `new Promise((done) => new PerformanceObserver((list) => done(list.getEntriesByName('first-contentful-paint')[0].startTime)).observe({ type: 'paint', buffered: true }))`,
    )
    times.push(painted)
    bytes = weight
    await context.close()
  }
} finally {
  await browser.close()
  const pids = gateway.pids()
  gateway.kill('SIGTERM')
  await untilGone(pids)
  rmSync(checkout, { recursive: true, force: true })
}
const sorted = times.toSorted((one, other) => one - other).map(Math.round)
console.log(`${new Date().toISOString().slice(0, 10)}: ${before}`)
console.log(
  `first paint, from the address at the root on, nothing cached: median ${sorted[Math.floor(VISITS / 2)]} ms of ${VISITS} (${sorted.join(', ')}); ${(bytes / 1000).toFixed(1)} kB over the wire, headers too`,
)

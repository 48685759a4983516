/** `npm run pictures`: takes the pictures of the page in README.md, from a gateway of its own. Needs Chromium. */
import { randomInt } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../scripts/ports.ts'
import { launch, signIn, visit } from './support/browser.ts'
import { makeCheckout } from './support/checkout.ts'
import { npmStart, paste, untilGone } from './support/npm-start.ts'

const FOLDER = join(import.meta.dirname, '../../docs/pictures')
const CHATS = 12

const checkout = makeCheckout()
const port = await freePort(randomInt(20_000, 30_000))
const gateway = await npmStart(checkout, ['--port', String(port)])
const browser = await launch()
try {
  const [chat = '', , exhaust = ''] = gateway.curls
  for (let n = 0; n < CHATS; n++) await paste(chat)
  await paste(exhaust.replace('gemini_429_minute', 'gemini_429_day'))
  await paste(chat)

  mkdirSync(FOLDER, { recursive: true })
  const look = { scheme: 'light', width: 1100 } as const
  const { page } = await visit(browser, gateway.url, look)
  await page.setViewportSize({ width: 1100, height: 620 })
  const take = (name: string) => page.screenshot({ path: join(FOLDER, `${name}.png`) })
  const open = (tab: string) =>
    page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: tab }).click()

  await signIn(page, gateway.masterKey)
  const users = page.getByRole('table', { name: 'Users' })
  await users.getByRole('link', { name: 'Demo', exact: true }).click()
  await page.locator('.countdown').first().waitFor()
  await take('ring')
  await open('Explain')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('would serve gemini-2.5-flash').waitFor()
  await take('explain')
  await open('Audit')
  await page.getByText('verified in this browser').waitFor()
  await take('audit')
  await open('Keys and limits')
  await page.getByRole('table', { name: 'Limits' }).waitFor()
  await take('keys-and-limits')
} finally {
  await browser.close()
  const pids = gateway.pids()
  gateway.kill('SIGTERM')
  await untilGone(pids)
  rmSync(checkout, { recursive: true, force: true })
}

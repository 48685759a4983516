/** The page of a gateway of its own, signed in with the master key. */
import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Page, Request } from 'playwright-core'
import { freePort } from '../../../scripts/ports.ts'
import { expectAccessible } from './accessible.ts'
import { launch, type Look, signIn, visit } from './browser.ts'
import { makeCheckout } from './checkout.ts'
import { type NpmStart, npmStart, untilGone } from './npm-start.ts'

export interface SignedIn {
  readonly page: Page
  readonly gateway: NpmStart
  readonly checkout: string
  /** Errors in the browser's console, and requests that went elsewhere than to the gateway. */
  readonly complaints: readonly string[]
  /** Requests that changed something or tried to: all except GET, dry runs, and POSTs without any effect. */
  readonly acts: readonly Request[]
  /** Opens an act, fills in its form, does it, and waits until the page says that it is done. */
  readonly act: (name: string, fields?: Readonly<Record<string, string>>) => Promise<void>
  end(): Promise<void>
}

/** POSTs that change nothing. */
const WITHOUT_EFFECT = /\/debug\/explain$|\/v1\/chat\/completions$|[?&]dry_run=1/
const WIDE: Look = { scheme: 'light', width: 1280 }

export async function signedIn(look: Look = WIDE): Promise<SignedIn> {
  const checkout = makeCheckout()
  const port = await freePort(randomInt(20_000, 30_000))
  const [gateway, browser] = await Promise.all([
    npmStart(checkout, ['--port', String(port)]),
    launch(),
  ])
  const { page, complaints } = await visit(browser, gateway.url, look)
  const acts: Request[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET' && !WITHOUT_EFFECT.test(request.url())) acts.push(request)
  })
  await signIn(page, gateway.masterKey)
  return {
    page,
    gateway,
    checkout,
    complaints,
    acts,
    act: (name, fields = {}) => act(page, name, fields),
    async end() {
      await browser.close()
      const pids = gateway.pids()
      gateway.kill('SIGTERM')
      await untilGone(pids)
      rmSync(checkout, { recursive: true, force: true })
    },
  }
}

async function act(
  page: Page,
  name: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await expectAccessible(page)
  for (const [label, value] of Object.entries(fields)) {
    await dialog.getByLabel(label, { exact: true }).fill(value)
  }
  await dialog.locator('button[type=submit]').click()
  await page.getByText(`Done: ${name.split(':')[0] ?? ''}`).waitFor()
  const close = dialog.getByRole('button', { name: 'Close' })
  if (await close.isVisible()) await close.click()
  await dialog.waitFor({ state: 'detached' })
}

/** The page in a real browser: Debian's Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs'
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
export const HAS_CHROMIUM = existsSync(CHROMIUM)

export interface Look {
  readonly scheme: 'light' | 'dark'
  readonly width: number
}

export const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap((scheme) =>
  [360, 1280].map((width) => ({ scheme, width })),
)

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors in the browser's console, and requests that went elsewhere than to the gateway. */
  readonly complaints: string[]
  /** Every address that was requested. */
  readonly addresses: string[]
}

export async function visit(browser: Browser, url: string, look: Look): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme: look.scheme,
    viewport: { width: look.width, height: 800 },
    timezoneId: 'UTC',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  const addresses: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // The page itself reports a refused request.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text())
    }
  })
  page.on('request', (request) => {
    addresses.push(request.url())
    if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(url)) {
      complaints.push(`asked for ${request.url()}`)
    }
  })
  await page.goto(url)
  return { page, context, complaints, addresses }
}

export async function signIn(page: Page, key: string, keep = false): Promise<void> {
  await page.getByLabel('API key').fill(key)
  if (keep) await page.getByLabel('Keep it in this tab').check()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

/** Waits until it is visible. */
export async function seen(what: Locator): Promise<boolean> {
  await what.first().waitFor()
  return true
}

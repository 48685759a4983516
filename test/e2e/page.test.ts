import { rmSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { randomInt } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/ports.ts'
import { expectAccessible } from './support/accessible.ts'
import { HAS_CHROMIUM, launch, LOOKS, seen, signIn, visit } from './support/browser.ts'
import { makeCheckout } from './support/checkout.ts'
import { type NpmStart, npmStart, paste, untilGone } from './support/npm-start.ts'

if (!HAS_CHROMIUM) {
  console.warn('SKIPPED: test/e2e/page.test.ts needs Chromium (apt-get install chromium).')
}

const WIDE = { scheme: 'light', width: 1280 } as const

describe.skipIf(!HAS_CHROMIUM)('the page', { timeout: 120_000 }, () => {
  const checkout = makeCheckout()
  let browser: Browser
  let gateway: NpmStart

  beforeAll(async () => {
    const port = await freePort(randomInt(20_000, 30_000))
    ;[gateway, browser] = await Promise.all([
      npmStart(checkout, ['--port', String(port)]),
      launch(),
    ])
    // The ring turns once, so that the page has a countdown to show.
    const [chat = '', , exhaust = ''] = gateway.curls
    await paste(exhaust.replace('gemini_429_minute', 'gemini_429_day'))
    await paste(chat)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    const pids = gateway?.pids() ?? []
    gateway?.kill('SIGTERM')
    await untilGone(pids)
    rmSync(checkout, { recursive: true, force: true })
  })

  async function openUser(page: Page): Promise<void> {
    const users = page.getByRole('table', { name: 'Users' })
    await users.getByRole('link', { name: 'Demo', exact: true }).click()
    await page.getByRole('table', { name: 'Credentials of the ring' }).waitFor()
  }

  /** The sum of all bars of a chart, as its label says. */
  async function chartSum(page: Page, title: string): Promise<number> {
    const chart = page.getByRole('img', { name: new RegExp(`^${title}: `) })
    const told = (await chart.getAttribute('aria-label')) ?? ''
    const parts = told.slice(title.length + 2).split(', ')
    return parts.reduce((sum, part) => sum + Number(part.split(' ')[0]), 0)
  }

  async function go(page: Page, tab: string): Promise<void> {
    await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: tab }).click()
  }

  it('is told of first by npm start, and is where a browser at the root is led', async () => {
    expect(gateway.output()).toMatch(/ready after [\d.]+ s\.\n\nThe page: http:\S+\/page\/ /)
    const { page, context } = await visit(browser, gateway.url, WIDE)
    expect(page.url()).toBe(`${gateway.url}/page/`)
    await context.close()
    const asked = await fetch(`${gateway.url}/`)
    expect(asked.headers.get('content-type')).toContain('application/json')
  })

  it('weighs at most 40 kB over the wire, under a strict policy', async () => {
    const answer = await fetch(`${gateway.url}/page/`)
    const html = await answer.text()
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*require-trusted-types-for 'script'/,
    )
    const files = [...html.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(files.length).toBeGreaterThanOrEqual(3)
    const bodies = await Promise.all(
      files.map(async (path) => (await fetch(gateway.url + path)).text()),
    )
    const bytes = [html, ...bodies].reduce((sum, text) => sum + gzipSync(text).length, 0)
    expect(bytes).toBeLessThan(40_000)
  })

  it.each(LOOKS)('shows every screen of an admin, $scheme at $width px', async (look) => {
    const { page, context, complaints, addresses } = await visit(browser, gateway.url, look)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await expectAccessible(page)
    await signIn(page, gateway.masterKey)
    await page.getByRole('table', { name: 'Users' }).waitFor()
    await expectAccessible(page)

    // The overview takes one request.
    await expect.poll(() => addresses.filter((one) => one.includes('/v1/')).length).toBe(2)
    expect(
      addresses.filter((one) => one.includes('/v1/')).map((one) => new URL(one).pathname),
    ).toEqual(['/v1/session', '/v1/overview'])

    await openUser(page)
    await page.locator('.countdown').first().waitFor()
    const ledger = (await page.getByText('it adds up').textContent()) ?? ''
    const settled = Number(/= (\d+) settled/.exec(ledger)?.[1])
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Show held tokens' }).click()
    await page.getByRole('table', { name: 'Access tokens' }).getByText('held for').first().waitFor()
    await expectAccessible(page)

    await go(page, 'Requests')
    const attempts = page.getByRole('table', { name: 'Newest requests' }).locator('ol.attempts')
    expect((await attempts.first().textContent()) ?? '').toMatch(/quota .*429.*: ok, 200/)
    await expectAccessible(page)

    await go(page, 'Usage')
    for (const by of ['nothing', 'model', 'credential', 'upstream', 'outcome']) {
      await page.getByLabel('Told apart by').selectOption(by)
      const column = by === 'nothing' ? 'In all' : by
      await page
        .getByRole('columnheader', { name: column, exact: true })
        .waitFor({ state: 'attached' })
      expect(await chartSum(page, 'Attempts')).toBe(settled)
      await expectAccessible(page)
    }

    await go(page, 'Explain')
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByText('would serve gemini-2.5-flash').waitFor()
    await expectAccessible(page)

    await go(page, 'Audit')
    await page.getByText('verified in this browser').waitFor()
    await expectAccessible(page)

    await go(page, 'Keys and limits')
    await page.getByRole('table', { name: 'Limits' }).waitFor()
    await expectAccessible(page)

    for (const screen of ['Usage', 'Plans', 'Prices', 'Playground', 'System']) {
      await page
        .getByRole('navigation', { name: 'Main' })
        .getByRole('link', { name: screen })
        .click()
      await page.getByRole('heading', { level: 1, name: screen }).waitFor()
      await expectAccessible(page)
    }
    // Of all users, by their names.
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Usage' })
      .click()
    await page.getByLabel('Told apart by').selectOption('user')
    const use = page.getByRole('table', { name: 'Use in this time' })
    await use.getByText('Demo', { exact: true }).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await context.close()
  })

  it('shows users the own ring and limits, and none of the acts', async () => {
    const { page, context, complaints } = await visit(browser, gateway.url, WIDE)
    await signIn(page, gateway.userKey)
    await page.getByRole('table', { name: 'Credentials of the ring' }).waitFor()
    await page.getByText('My key and limits').waitFor()
    await expectAccessible(page)
    expect(await page.getByRole('button').allTextContents()).toEqual([
      'Sign out',
      'Show held tokens',
    ])
    await go(page, 'Explain')
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByText('would serve gemini-2.5-flash').waitFor()
    await go(page, 'Requests')
    await page.getByRole('table', { name: 'Newest requests' }).waitFor()
    await go(page, 'Usage')
    await page.getByRole('table', { name: 'Use in this time' }).waitFor()

    await page.getByRole('link', { name: 'Playground' }).click()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('x-pollux-credential').waitFor()
    expect(await page.locator('pre').textContent()).toContain('Hello, Pollux!')
    await expectAccessible(page)
    expect(complaints).toEqual([])
    await context.close()
  })

  it('keeps the key in memory, in the tab only where asked for, and in no address', async () => {
    const { page, context, addresses } = await visit(browser, gateway.url, WIDE)
    const stored = (): Promise<unknown> =>
      page.evaluate(
        '[document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)]',
      )
    await signIn(page, gateway.masterKey)
    expect(await stored()).toEqual([''])
    await page.reload()
    await signIn(page, gateway.masterKey, true)
    expect(await stored()).toEqual(['', gateway.masterKey])
    await page.reload()
    await page.getByRole('table', { name: 'Users' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    expect(await stored()).toEqual([''])
    expect(addresses.filter((address) => address.includes(gateway.masterKey))).toEqual([])
    await context.close()
  })

  it('says in words that a key is wrong', async () => {
    const { page, context } = await visit(browser, gateway.url, WIDE)
    await page.getByLabel('API key').fill('a-key-that-nobody-has')
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect(await seen(page.getByText('This gateway knows no such key.'))).toBe(true)
    await expectAccessible(page)
    await context.close()
  })

  it.each(LOOKS)('bears a name of 100 letters, $scheme at $width px', async (look) => {
    const label = 'W'.repeat(100)
    const put = async (path: string, body: object): Promise<{ user: string & { id: string } }> => {
      const answer = await fetch(`${gateway.url}/v1/config/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.masterKey}` },
        body: JSON.stringify(body),
      })
      return (await answer.json()) as { user: string & { id: string } }
    }
    const { id } = (await put('users', { label })).user
    const gcpServiceAccount = { type: 'api_key', api_key: `AIzaSy${'w'.repeat(33)}` }
    await put(`users/${id}/credentials`, { gcpServiceAccount, label })
    const { page, context, complaints } = await visit(browser, gateway.url, look)
    await signIn(page, gateway.masterKey)
    const users = page.getByRole('table', { name: 'Users' })
    await users.getByRole('link', { name: label }).first().waitFor()
    await expectAccessible(page)
    for (const tab of ['', 'explain', 'requests', 'settings']) {
      await page.evaluate(`location.hash = '#/users/${id}/${tab}'`)
      await page.getByRole('heading', { name: label }).waitFor()
      await page.waitForLoadState('networkidle')
      await expectAccessible(page)
    }
    expect(complaints).toEqual([])
    await context.close()
  })

  it('refuses a script that was put into it', async () => {
    const { page, context, complaints } = await visit(browser, gateway.url, WIDE)
    const refused = await page.evaluate(
      `(() => { try { document.body.innerHTML = '<b>x</b>'; return false } catch { return true } })()`,
    )
    expect(refused).toBe(true)
    expect(complaints.join()).toContain('TrustedHTML')
    await context.close()
  })

  it('does not ask while nobody looks', async () => {
    const { page, context, addresses } = await visit(browser, gateway.url, WIDE)
    await signIn(page, gateway.userKey)
    await page.getByRole('table', { name: 'Credentials of the ring' }).waitFor()
    await page.evaluate(
      `Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })`,
    )
    const before = addresses.length
    await page.waitForTimeout(6_000)
    expect(addresses.slice(before)).toEqual([])
    await page.evaluate(
      `Object.defineProperty(document, 'hidden', { configurable: true, get: () => false }); document.dispatchEvent(new Event('visibilitychange'))`,
    )
    await expect.poll(() => addresses.length).toBeGreaterThan(before)
    await context.close()
  })
})

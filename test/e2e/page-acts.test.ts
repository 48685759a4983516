import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/ports.ts'
import { expectAccessible } from './support/accessible.ts'
import { HAS_CHROMIUM, launch, seen, signIn, visit } from './support/browser.ts'
import { makeCheckout } from './support/checkout.ts'
import { type NpmStart, npmStart, untilGone } from './support/npm-start.ts'

const WIDE = { scheme: 'light', width: 1280 } as const
const API_KEY = 'AIzaSyMadeUpKeyForTheBrowserTests-000001'

/** Each builds on what those before it did. */
describe.skipIf(!HAS_CHROMIUM)('acts on the page', { timeout: 120_000 }, () => {
  const checkout = makeCheckout()
  let browser: Browser
  let gateway: NpmStart

  async function go(page: Page, tab: string): Promise<void> {
    await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: tab }).click()
  }

  let page: Page
  let complaints: string[]
  let posted: Record<string, string>[]

  beforeAll(async () => {
    const port = await freePort(randomInt(20_000, 30_000))
    ;[gateway, browser] = await Promise.all([
      npmStart(checkout, ['--port', String(port)]),
      launch(),
    ])
    const opened = await visit(browser, gateway.url, WIDE)
    page = opened.page
    complaints = opened.complaints
    posted = []
    page.on('request', (request) => {
      if (request.method() !== 'GET') posted.push(request.headers())
    })
    await signIn(page, gateway.masterKey)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    const pids = gateway?.pids() ?? []
    gateway?.kill('SIGTERM')
    await untilGone(pids)
    rmSync(checkout, { recursive: true, force: true })
  })

  /** Opens an act, fills it in, does it, and waits until it is told of. */
  async function act(name: string, fields: Record<string, string> = {}): Promise<void> {
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

  it('makes a user, whose key is shown once', async () => {
    await page.getByRole('button', { name: 'New user' }).click()
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Ada')
    await page.getByRole('dialog').getByRole('button', { name: 'New user' }).click()
    await page.getByText('shown now and never again').waitFor()
    expect(await page.getByRole('dialog').locator('pre').textContent()).toMatch(/^sk-pollux-/)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Close' }).click()
    expect(posted.at(-1)?.['idempotency-key']).toMatch(/^[\da-f-]{36}$/)
    const users = await fetch(`${gateway.url}/v1/config/users`, {
      headers: { authorization: `Bearer ${gateway.masterKey}` },
    })
    const { users: lines } = (await users.json()) as { users: { user: string; label?: string }[] }
    const ada = lines.find(({ label }) => label === 'Ada')
    await page.goto(`${gateway.url}/page/#/users/${ada?.user ?? ''}`)
    await page.getByRole('heading', { name: 'Ada' }).waitFor()
    await page.getByText('No credentials').waitFor()
  })

  it('imports credentials by paste with a dry run, and says why Gemini CLI’s are not taken', async () => {
    await page.getByRole('button', { name: 'Add credentials' }).click()
    const dialog = page.getByRole('dialog')
    const paste = dialog.getByLabel('Paste, or drop files here')
    await paste.fill('{"access_token":"ya29.x","refresh_token":"1//x","token_type":"Bearer"}')
    await dialog.getByText('oauth_creds.json of Gemini CLI').waitFor()
    await paste.fill(`${API_KEY}\n${API_KEY.replace('1', '2')}`)
    await dialog.getByRole('button', { name: 'Check' }).click()
    await expect.poll(() => dialog.getByText(/^works/).count()).toBe(2)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Add 2' }).click()
    await expect.poll(() => dialog.getByText(/^added/).count()).toBe(2)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await expect
      .poll(() =>
        page.getByRole('table', { name: 'Credentials of the ring' }).locator('tbody tr').count(),
      )
      .toBe(2)
  })

  it('takes dropped files', async () => {
    await page.getByRole('button', { name: 'Add credentials' }).click()
    await page.getByLabel('Files', { exact: true }).setInputFiles({
      name: 'keys.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(API_KEY.replace('1', '3')),
    })
    await page.getByRole('button', { name: 'Add 1' }).click()
    expect(await seen(page.getByText(/^added/))).toBe(true)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  })

  it('does each act on the ring', async () => {
    await act('Rotate')
    await act('Test all')
    await act('Test tokens')
    await act('Reorder')
    await act('Pin', { Until: '2030-01-01T00:00' })
    await page.getByText('Pinned to').waitFor()
    await act('Unpin')
    await expect.poll(() => page.getByText('Pinned to').count()).toBe(0)
  })

  it('does each act on a credential', async () => {
    const first = page
      .getByRole('table', { name: 'Credentials of the ring' })
      .locator('tbody tr')
      .first()
    const named = async (act: string): Promise<string> =>
      (await first.getByRole('button', { name: act }).getAttribute('aria-label')) ?? ''
    await act(await named('Edit'), { Name: 'one', Tier: '-1', Models: 'gemini-2.5-flash' })
    await page.getByText('tier -1, only gemini-2.5-flash').waitFor()
    await act('Verify: one')
    await act('Reset: one')
    await act('Pause: one', { Until: '2030-01-01T00:00' })
    await first.getByText('by hand').waitFor()
    await act('Go on: one')
    await act('Remove: one')
    await expect.poll(() => page.getByText('tier -1').count()).toBe(0)
  })

  it('shows the request id of an act that fails', async () => {
    await page.getByRole('button', { name: 'Reorder' }).click()
    await page.getByLabel('Credentials, one a line').fill('cred_nobody')
    await page.getByRole('dialog').locator('button[type=submit]').click()
    expect(await seen(page.getByRole('alert').getByText(/req_[\da-f]{32}/))).toBe(true)
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('does each act on a user', async () => {
    await go(page, 'Keys and limits')
    await act('New key')
    await act('Change limits', { 'requests per minute': '60', 'total tokens': '1000000' })
    await page.getByRole('cell', { name: '1,000,000' }).waitFor()
    await act('Change settings', { 'Aliases (JSON)': '{"gpt-4o":"gemini-2.5-flash"}' })
    await act('Disable')
    await act('Enable')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save sealed bundle' }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^user-[\da-f]{8}\.json$/)
  })

  it('makes a plan, gives it to the user and changes it', async () => {
    const user = page.url()
    await page.getByRole('link', { name: 'Plans' }).click()
    await act('New plan', { Name: 'team', 'dollars per day': '2.5', Models: 'gemini-2.5-flash' })
    await page.getByText('dollars per day: 2.5; models: ["gemini-2.5-flash"]').waitFor()
    await page.goto(user)
    await act('Change settings', { Plan: 'team' })
    await page.getByText('This user has the plan').waitFor()
    await page.getByRole('cell', { name: '$2.50' }).waitFor()
    await page.getByRole('link', { name: 'team' }).click()
    await act('Change plan: team', { 'dollars per day': 'none', 'requests per day': '500' })
    await page.getByText('requests per day: 500; dollars per day: none').waitFor()
    await page.getByRole('button', { name: 'Delete plan: team' }).click()
    await page.getByRole('dialog').locator('button[type=submit]').click()
    expect(await seen(page.getByRole('alert').getByText('This plan has 1 user'))).toBe(true)
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.goto(user)
    await page.getByRole('cell', { name: '500' }).waitFor()
    await act('Change settings', { Plan: '' })
    await page.getByRole('link', { name: 'Plans' }).click()
    await act('Delete plan: team')
    await page.getByText('There are no plans yet').waitFor()
    await page.goto(user)
  })

  it('has all of it in the audit, whose chain holds', async () => {
    await go(page, 'Audit')
    await page.getByText('verified in this browser').waitFor()
    const text = (await page.getByRole('table').textContent()) ?? ''
    for (const kind of [
      'user.created',
      'key.minted',
      'credential.added',
      'credential.removed',
      'ring.pinned',
      'ring.unpinned',
      'ring.rotated',
      'ring.reordered',
      'credential.verified',
      'credential.reset',
      'credential.patched',
      'user.configured',
      'user.exported',
    ]) {
      expect(text).toContain(kind)
    }
  })

  it('finds a line that was changed on its way', async () => {
    await page.route('**/audit?*', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace('"act":"ring.rotated"', '"act":"ring.unpinned"')
      await route.fulfill({ response: answer, body })
    })
    await page.getByRole('button', { name: 'Look again' }).click()
    expect(await seen(page.getByText('The chain is broken at line'))).toBe(true)
    await page.unroute('**/audit?*')
  })

  it('deletes a user only where the name was typed', async () => {
    await go(page, 'Keys and limits')
    await page.getByRole('button', { name: 'Delete user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type “Ada” to confirm').fill('Eve')
    await dialog.locator('button[type=submit]').click()
    expect(await dialog.isVisible()).toBe(true)
    await dialog.getByLabel('Type “Ada” to confirm').fill('Ada')
    await dialog.locator('button[type=submit]').click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
  })

  it('restores and reseals page by page', async () => {
    await page.getByRole('link', { name: 'System' }).click()
    await page.getByRole('button', { name: 'Restore users' }).click()
    expect(await seen(page.getByText(/kept: 2, deleted: 1/))).toBe(true)
    await page.getByRole('button', { name: 'Reseal secrets' }).click()
    await page.getByText(/users: 2, resealed: \d+, unreadable: 0/).waitFor()
    await expectAccessible(page)
  })

  it('moves users of the fork in, after a dry run, with a result a line', async () => {
    const FORK_KEY = 'fork-user-key-0001'
    const account = JSON.stringify({ type: 'api_key', api_key: API_KEY.replace('1', '7') })
    const kept = {
      gcpServiceAccounts: [account, account, '{"type":"nothing"}'],
      currentCredentialIndex: 0,
      nextWriteIndex: 2,
      requestCounts: [5, 0],
      totalRequests: 5,
    }
    const kv = { [`config:${FORK_KEY}`]: JSON.stringify(kept), 'config:': 'no JSON' }
    await page.getByLabel('The fork’s KV as JSON').fill('{')
    await page.getByRole('button', { name: 'Check users' }).click()
    await page.getByRole('alert').getByText('This is no JSON').waitFor()
    await page.getByLabel('The fork’s KV as JSON').fill(JSON.stringify(kv))
    const move = page.getByRole('button', { name: 'Move them in' })
    expect(await move.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Check users' }).click()
    await page.getByText('1 of 2 users can be moved in.').waitFor()
    const results = page.getByRole('table', { name: 'Users of the fork' })
    expect(await results.textContent()).toContain('would create')
    await expectAccessible(page)
    await move.click()
    await page.getByText('1 of 2 users are moved in.').waitFor()
    expect(await results.textContent()).toMatch(/created.*added.*duplicate.*refused/)
    expect(await results.textContent()).not.toContain(FORK_KEY)
    expect(posted.at(-1)?.['idempotency-key']).toMatch(/^[\da-f-]{36}$/)
  })

  it('leaves nothing for the browser to complain of', () => {
    expect(complaints).toEqual([])
  })
})

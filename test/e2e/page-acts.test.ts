import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { HAS_CHROMIUM, seen } from './support/browser.ts'
import { type SignedIn, signedIn } from './support/signed-in.ts'

const API_KEY = 'AIzaSyMadeUpKeyForTheBrowserTests-000001'

/** Each test builds on those before it. */
describe.skipIf(!HAS_CHROMIUM)('acts on the page', { timeout: 120_000 }, () => {
  let visit: SignedIn
  let page: Page
  let act: SignedIn['act']

  async function go(tab: string): Promise<void> {
    await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: tab }).click()
  }

  beforeAll(async () => {
    visit = await signedIn()
    page = visit.page
    act = visit.act
  }, 120_000)

  afterAll(() => visit?.end())

  it('makes a user, whose key is shown once', async () => {
    await page.getByRole('button', { name: 'New user' }).click()
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Ada')
    await page.getByRole('dialog').getByRole('button', { name: 'New user' }).click()
    await page.getByText('shown now and never again').waitFor()
    expect(await page.getByRole('dialog').locator('pre').textContent()).toMatch(/^sk-pollux-/)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('link', { name: 'Ada' }).click()
    await page.getByRole('heading', { name: 'Ada' }).waitFor()
    await page.getByText('No credentials').waitFor()
    await page.getByRole('button', { name: 'Add credentials' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Paste, or drop files here').fill(`${API_KEY}\n${API_KEY}2`)
    await dialog.getByRole('button', { name: 'Add 2' }).click()
    await expect.poll(() => dialog.getByText(/^added/).count()).toBe(2)
    await dialog.getByRole('button', { name: 'Close' }).click()
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
    await go('Keys and limits')
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
    await go('Audit')
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
    await go('Keys and limits')
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

  it('sets prices before the list’s, changes them and takes them away again', async () => {
    await page.getByRole('link', { name: 'Prices' }).click()
    await expectAccessible(page)
    const own = page.getByRole('table', { name: 'Own prices' })
    await act('New price', {
      Model: 'our-own-model',
      In: '1.5',
      Cached: '0.15',
      'Out, thoughts too': '6',
    })
    await own.getByText('our-own-model').waitFor()
    await act('Override: gemini-2.5-pro', { In: '1', 'Audio in': '2' })
    const row = own.locator('tbody tr').filter({ hasText: 'gemini-2.5-pro' })
    // Fields that were not changed keep the list's values.
    expect(await row.textContent()).toMatch(
      /gemini-2\.5-pro.*1.*0\.125.*10.*above 200,000 tokens 2\.5 \/ 0\.25 \/ 15; audio in 2/,
    )
    await act('Change price: our-own-model', { 'Until before the day': '2030-01-01' })
    await own.getByText('until 2030-01-01').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'New price' }).click()
    await page.getByRole('dialog').getByLabel('Model', { exact: true }).fill('x')
    for (const name of ['In', 'Cached', 'Out, thoughts too']) {
      await page.getByRole('dialog').getByLabel(name, { exact: true }).fill('cheap')
    }
    await page.getByRole('dialog').locator('button[type=submit]').click()
    expect(await seen(page.getByRole('alert').getByText('In: this is no number.'))).toBe(true)
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await act('Reset price: our-own-model until 2030-01-01')
    await expect.poll(() => own.locator('tbody tr').count()).toBe(1)
    await act('Reset all')
    await own.waitFor({ state: 'detached' })
  })

  it('shows metrics, the version, and what use there was as CSV', async () => {
    await page.getByRole('link', { name: 'System' }).click()
    await page.getByText(/^Version \d/).waitFor()
    await page.getByRole('button', { name: 'Show metrics' }).click()
    await page.getByText('# TYPE pollux_requests_total counter').waitFor()
    await expectAccessible(page)
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Usage' })
      .click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    expect(readFileSync(await file.path(), 'utf8')).toMatch(/^start,/)
  })

  it('sends each of them with an Idempotency-Key of its own', () => {
    const keys = visit.acts.map((request) => request.headers()['idempotency-key'])
    expect(keys.length).toBeGreaterThan(30)
    expect(keys).toEqual(keys.map(() => expect.stringMatching(/^[\da-f-]{36}$/)))
    // Requests with the same key are tries of the same act.
    const told = visit.acts.map(
      (request) => `${request.method()} ${request.url()} ${request.postData()}`,
    )
    for (const [index, key] of keys.entries()) {
      const first = keys.indexOf(key)
      expect([key, told[index]]).toEqual([key, told[first]])
    }
  })

  it('leaves nothing for the browser to complain of', () => {
    expect(visit.complaints).toEqual([])
  })
})

/** The page by keyboard alone, on the narrowest screen and in the dark: nothing in this file clicks or touches. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { HAS_CHROMIUM } from './support/browser.ts'
import { type SignedIn, signedIn } from './support/signed-in.ts'

/** More stops than any screen has. */
const MOST_STOPS = 150

/** Each builds on what those before it did. */
describe.skipIf(!HAS_CHROMIUM)('the page by keyboard', { timeout: 120_000 }, () => {
  let visit: SignedIn
  let page: Page

  beforeAll(async () => {
    visit = await signedIn({ scheme: 'dark', width: 360 })
    page = visit.page
  }, 120_000)

  afterAll(() => visit?.end())

  function isFocused(target: Locator): Promise<boolean> {
    return target.evaluate((element) => element === element.ownerDocument.activeElement)
  }

  /** From where the keyboard is, on; the focus must be seen. */
  async function tabTo(target: Locator): Promise<void> {
    await target.waitFor()
    for (let stop = 0; stop < MOST_STOPS && !(await isFocused(target)); stop++) {
      await page.keyboard.press('Tab')
    }
    expect(await isFocused(target)).toBe(true)
    const outline = await target.evaluate((element) => {
      const view = element.ownerDocument.defaultView
      return view?.getComputedStyle(element).outlineStyle
    })
    expect(outline).toBe('solid')
  }

  async function press(target: Locator, key = 'Enter'): Promise<void> {
    await tabTo(target)
    await page.keyboard.press(key)
  }

  function button(name: string): Locator {
    return page.getByRole('button', { name, exact: true }).first()
  }

  async function type(target: Locator, text: string): Promise<void> {
    await tabTo(target)
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type(text)
  }

  /** Opens each act of a screen and leaves it again: the keyboard is in it, and then where it was. */
  async function openEach(): Promise<number> {
    const acts = page.locator('main button[aria-haspopup=dialog]')
    const count = Math.min(await acts.count(), 12)
    for (let index = 0; index < count; index++) {
      await press(acts.nth(index))
      const dialog = page.getByRole('dialog')
      await dialog.waitFor()
      expect(await dialog.locator(':focus').count()).toBe(1)
      await expectAccessible(page)
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      expect(await isFocused(acts.nth(index))).toBe(true)
    }
    return count
  }

  async function open(place: 'Main' | 'User', screen: string, heading: string): Promise<void> {
    await press(
      page
        .getByRole('navigation', { name: place })
        .getByRole('link', { name: screen, exact: true }),
    )
    await page.getByRole('heading', { name: heading }).first().waitFor()
  }

  it('signs out and in', async () => {
    await press(button('Sign out'))
    await type(page.getByLabel('API key'), visit.gateway.masterKey)
    await page.keyboard.press('Enter')
    const heading = page.getByRole('heading', { level: 1, name: 'Overview' })
    await heading.waitFor()
    // Where a reader goes on.
    expect(await isFocused(heading)).toBe(true)
  })

  it('makes a user and gives credentials', async () => {
    await press(button('New user'))
    const dialog = page.getByRole('dialog')
    await type(dialog.getByLabel('Name', { exact: true }), 'Ada')
    await page.keyboard.press('Enter')
    await page.getByText('shown now and never again').waitFor()
    await expectAccessible(page)
    await press(dialog.getByRole('button', { name: 'Close' }))
    await dialog.waitFor({ state: 'detached' })
    expect(await isFocused(button('New user'))).toBe(true)

    await press(page.getByRole('link', { name: 'Ada' }))
    await page.getByText('No credentials').waitFor()
    await press(button('Add credentials'))
    await type(
      dialog.getByLabel('Paste, or drop files here'),
      'AIzaSyMadeUpKeyForTheBrowserTests-000001',
    )
    await type(dialog.getByLabel('Name of Pasted, key 1'), 'one')
    await press(dialog.getByRole('button', { name: 'Check' }))
    await dialog.getByText(/^works/).waitFor()
    await press(dialog.getByRole('button', { name: 'Add 1' }))
    await dialog.getByText(/^added/).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('table', { name: 'Credentials of the ring' }).getByText('one').waitFor()
  })

  it('opens and leaves every act of each screen', async () => {
    expect(await openEach()).toBeGreaterThanOrEqual(10)
    await open('User', 'Keys and limits', 'Settings')
    expect(await openEach()).toBeGreaterThanOrEqual(5)
    await open('Main', 'Plans', 'Plans')
    expect(await openEach()).toBeGreaterThanOrEqual(1)
    await open('Main', 'Prices', 'Prices')
    await page.getByRole('table', { name: 'List prices' }).waitFor()
    expect(await openEach()).toBeGreaterThanOrEqual(10)
    await open('Main', 'System', 'System')
    expect(await openEach()).toBeGreaterThanOrEqual(1)
  })

  it('does an act, a choice and a chart', async () => {
    await press(button('Reseal secrets'))
    await page.getByText(/users: 3, resealed: \d+, unreadable: 0/).waitFor()
    await open('Main', 'Usage', 'Usage')
    await press(button('Last 30 days'))
    await tabTo(page.getByLabel('Told apart by'))
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.getByLabel('Told apart by').inputValue()).toBe('model')
  })

  it('sends each act once, and leaves nothing for the browser to complain of', () => {
    for (const request of visit.acts) {
      expect(request.headers()['idempotency-key']).toMatch(/^[\da-f-]{36}$/)
    }
    expect(visit.complaints).toEqual([])
  })
})

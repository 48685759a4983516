import { generateKeyPairSync } from 'node:crypto'
import { randomInt } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/ports.ts'
import { expectAccessible } from './support/accessible.ts'
import { HAS_CHROMIUM, seen, signIn } from './support/browser.ts'
import { npmStart, untilGone } from './support/npm-start.ts'
import { type SignedIn, signedIn } from './support/signed-in.ts'

const API_KEY = 'AIzaSyMadeUpKeyForTheBrowserTests-000001'
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const SERVICE_ACCOUNT = {
  type: 'service_account',
  project_id: 'made-up-project',
  private_key_id: '0123456789abcdef',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  client_email: 'pollux@made-up-project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
}

/** What `gcloud auth application-default login` writes. */
const GCLOUD = {
  account: '',
  client_id: 'made-up.apps.googleusercontent.com',
  client_secret: 'made-up-secret',
  quota_project_id: 'made-up-project',
  refresh_token: '1//made-up-token',
  type: 'authorized_user',
  universe_domain: 'googleapis.com',
}

/** Each test builds on those before it. */
describe.skipIf(!HAS_CHROMIUM)('imports on the page', { timeout: 120_000 }, () => {
  let visit: SignedIn
  let page: Page
  let dialog: Locator

  beforeAll(async () => {
    visit = await signedIn()
    page = visit.page
    dialog = page.getByRole('dialog')
    await visit.act('New user', { Name: 'Ada' })
    await page.getByRole('link', { name: 'Ada' }).click()
    await page.getByText('No credentials').waitFor()
  }, 120_000)

  afterAll(() => visit?.end())

  /** Writes a file to disk, so that it can be dropped as a person would drop it. */
  function file(name: string, content: unknown): string {
    const path = join(visit.checkout, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  /** Drops files as a file manager does: the browser itself is told of the drag. */
  async function drop(target: Locator, ...files: readonly string[]): Promise<void> {
    await target.scrollIntoViewIfNeeded()
    const box = await target.boundingBox()
    if (box === null) throw new Error('There is nothing to drop files on.')
    const devtools = await page.context().newCDPSession(page)
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', {
        type,
        x: box.x + box.width / 2,
        y: box.y + box.height / 2,
        data: { items: [], files: [...files], dragOperationsMask: 1 },
      })
    }
    await devtools.detach()
  }

  async function close(): Promise<void> {
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  function rows(): Locator {
    return page.getByRole('table', { name: 'Credentials of the ring' }).locator('tbody tr')
  }

  it('takes keys by paste, with a name each and a dry run first', async () => {
    await page.getByRole('button', { name: 'Add credentials' }).click()
    await dialog.getByLabel('Paste, or drop files here').fill(`${API_KEY}\n${API_KEY}2`)
    await dialog.getByLabel('Name of Pasted, key 1').fill('first team')
    await dialog.getByLabel('Name of Pasted, key 2').fill('second team')
    await dialog.getByRole('button', { name: 'Check' }).click()
    await expect.poll(() => dialog.getByText(/^works/).count()).toBe(2)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Add 2' }).click()
    await expect.poll(() => dialog.getByText(/^added/).count()).toBe(2)
    await close()
    await expect.poll(() => rows().count()).toBe(2)
    expect(await rows().first().textContent()).toContain('first team')
    expect(await rows().last().textContent()).toContain('second team')
  })

  it('takes files that are dropped: a service account, and gcloud’s default credentials', async () => {
    await page.getByRole('button', { name: 'Add credentials' }).click()
    const account = file('account.json', SERVICE_ACCOUNT)
    const gcloud = file('application_default_credentials.json', GCLOUD)
    await drop(dialog.getByLabel('Paste, or drop files here'), account, gcloud)
    await dialog.getByLabel('Name of account.json').fill('by drop')
    await dialog.getByText('Where they are used').click()
    await dialog.getByLabel('Location').fill('europe-west4')
    await dialog.getByRole('button', { name: 'Check' }).click()
    await expect.poll(() => dialog.getByText(/^works/).count()).toBe(2)
    await dialog.getByRole('button', { name: 'Add 2' }).click()
    await expect.poll(() => dialog.getByText(/^added/).count()).toBe(2)
    const body = visit.acts.at(-1)?.postDataJSON() as { credentials: object[] }
    expect(body.credentials.map((one) => Object.keys(one))).toEqual([
      ['gcpServiceAccount', 'location', 'label'],
      ['gcpServiceAccount', 'location'],
    ])
    await close()
    await expect.poll(() => rows().count()).toBe(4)
    const text = (await page.getByRole('table', { name: /^Credentials/ }).textContent()) ?? ''
    expect(text).toMatch(/by drop.*service account.*authorized user/)
    expect(text).not.toContain('made-up-secret')
  })

  it('says why Gemini CLI’s oauth_creds.json is not taken, and takes what is beside it', async () => {
    await page.getByRole('button', { name: 'Add credentials' }).click()
    const tokens = { access_token: 'ya29.x', refresh_token: '1//x', token_type: 'Bearer' }
    const cli = file('oauth_creds.json', { ...tokens, scope: 'openid', expiry_date: 1 })
    const client = file('client_secret.json', { installed: { client_id: 'x' } })
    const keys = file('keys.txt', `${API_KEY}3\n`)
    const broken = file('broken.json', '{"type": "service_account",')
    await drop(dialog.getByLabel('Paste, or drop files here'), cli, client, keys, broken)
    const read = dialog.getByRole('table', { name: 'Credentials that were read' })
    await read.waitFor()
    const told = (await read.textContent()) ?? ''
    expect(told).toContain('oauth_creds.json of Gemini CLI')
    expect(told).toContain('gcloud auth application-default login')
    expect(told).toContain('names an OAuth client, not an account')
    expect(told).toContain('This is no JSON')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Add 1' }).click()
    expect(await seen(dialog.getByText(/^added/))).toBe(true)
    await close()
    await expect.poll(() => rows().count()).toBe(5)
  })

  it('tells a line that the gateway refuses from those that it takes', async () => {
    await page.getByRole('button', { name: 'Add credentials' }).click()
    const files = [{ type: 'api_key', api_key: `${API_KEY}4` }, { type: 'nothing' }, 7]
    await dialog.getByLabel('Paste, or drop files here').fill(JSON.stringify(files))
    await dialog.getByText('This is no credential.').waitFor()
    await dialog.getByRole('button', { name: 'Add 2' }).click()
    expect(await seen(dialog.getByText(/^added/))).toBe(true)
    expect(await seen(dialog.getByText('credentials[1].gcpServiceAccount'))).toBe(true)
    await close()
    await expect.poll(() => rows().count()).toBe(6)
  })

  it('moves users of the fork in by drop, after a dry run, with a result a line', async () => {
    const FORK_KEY = 'fork-user-key-0001'
    const account = JSON.stringify({ type: 'api_key', api_key: `${API_KEY}7` })
    const kept = {
      gcpServiceAccounts: [account, account, '{"type":"nothing"}'],
      currentCredentialIndex: 0,
      nextWriteIndex: 2,
      requestCounts: [5, 0],
      totalRequests: 5,
    }
    const kv = { [`config:${FORK_KEY}`]: JSON.stringify(kept), 'config:': 'no JSON' }
    await page.getByRole('link', { name: 'System' }).click()
    const area = page.getByLabel('The fork’s KV as JSON')
    await area.fill('{')
    await page.getByRole('button', { name: 'Check users' }).click()
    await page.getByRole('alert').getByText('This is no JSON').waitFor()
    await drop(area, file('kv.json', kv))
    await expect.poll(() => area.inputValue()).toContain(FORK_KEY)
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
  })

  it('takes a user as a sealed bundle to another gateway with the same keys', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('link', { name: 'Ada' }).click()
    await page.getByRole('link', { name: 'Keys and limits' }).click()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save sealed bundle' }).click(),
    ])
    const bundle = join(visit.checkout, 'ada.json')
    await saved.saveAs(bundle)

    const other = join(visit.checkout, 'other')
    mkdirSync(other)
    copyFileSync(join(visit.checkout, '.dev.vars'), join(other, '.dev.vars'))
    const port = await freePort(randomInt(20_000, 30_000))
    const second = await npmStart(visit.checkout, ['--port', String(port), '--state', 'other'])
    try {
      await page.goto(`${second.url}/page/`)
      await signIn(page, second.masterKey)
      await page.getByRole('link', { name: 'System' }).click()
      await page.getByRole('button', { name: 'Import user' }).click()
      const area = dialog.getByLabel('Bundle: paste it, or drop the file here')
      await drop(area, file('nonsense.json', '{"nothing": true}'))
      await expect.poll(() => area.inputValue()).toContain('nothing')
      await dialog.getByRole('button', { name: 'Import user' }).click()
      expect(await seen(dialog.getByRole('alert').getByText(/req_[\da-f]{32}/))).toBe(true)
      await drop(area, bundle)
      await expect.poll(() => area.inputValue()).toContain('sealed_secret')
      expect(await area.inputValue()).not.toContain(API_KEY)
      await dialog.getByRole('button', { name: 'Import user' }).click()
      await page.getByText('Done: Import user').waitFor()
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.getByRole('link', { name: 'Ada' }).click()
      await expect.poll(() => rows().count()).toBe(6)
      await page.getByRole('button', { name: 'Test tokens' }).click()
      await dialog.getByRole('button', { name: 'Test tokens' }).click()
      const says = page.getByRole('table', { name: 'What Google says' }).locator('tbody tr')
      await expect.poll(() => says.filter({ hasText: 'works' }).count()).toBe(6)
    } finally {
      const pids = second.pids()
      second.kill('SIGTERM')
      await untilGone(pids)
    }
  })

  it('sends each act once, and leaves nothing for the browser to complain of', () => {
    expect(visit.acts.length).toBeGreaterThan(5)
    for (const request of visit.acts) {
      expect([request.url(), request.headers()['idempotency-key']]).toEqual([
        request.url(),
        expect.stringMatching(/^[\da-f-]{36}$/),
      ])
    }
    expect(visit.complaints.filter((text) => !text.startsWith('asked for'))).toEqual([])
  })
})

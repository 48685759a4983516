import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { freePort } from '../../scripts/ports.ts'
import { makeCheckout } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'

const checkout = makeCheckout()
let dev: ChildProcess | null = null

afterAll(async () => {
  if (dev !== null && dev.exitCode === null) {
    dev.kill('SIGTERM')
    await once(dev, 'exit')
  }
  rmSync(checkout, { recursive: true, force: true })
})

it('npm run dev takes the optional secrets from .dev.vars, too', { timeout: 90_000 }, async () => {
  const port = await freePort(randomInt(30_000, 40_000))
  const scraper = { authorization: 'Bearer a-token-for-the-scraper' }
  const secret = Buffer.alloc(32, 7).toString('base64')
  writeFileSync(
    join(checkout, '.dev.vars'),
    `MASTER_API_KEY=a-master-key-of-32-characters-abc\nVAULT_KEY=${secret}\nAPI_KEY_SECRET=${secret}\nMETRICS_TOKEN=a-token-for-the-scraper\n`,
  )
  dev = spawn(process.execPath, ['scripts/dev.ts', '--ip=127.0.0.1', `--port=${port}`], {
    cwd: checkout,
    stdio: 'ignore',
  })
  const status = (headers: Record<string, string>): Promise<number> =>
    fetch(`http://127.0.0.1:${port}/metrics`, { headers }).then(
      (answer) => answer.status,
      () => 0, // it does not listen yet
    )
  await eventually(
    () => status({ authorization: 'Bearer another' }),
    (seen) => seen === 401,
    80_000,
  )
  expect(await status(scraper)).toBe(200)
})

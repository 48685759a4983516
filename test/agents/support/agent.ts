/**
 * A real agent, unmodified, run as a person would run it: with a home folder of its own and a made-up key. Only
 * loopback is reachable.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const BIN = resolve(import.meta.dirname, '../node_modules/.bin')

export interface Finished {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Whether the program is installed. If not, its tests are skipped, and a warning says so. */
export function isAtHand(program: string): boolean {
  const found = existsSync(join(BIN, program))
  if (!found) console.warn(`SKIPPED: ${program} is not installed; \`npm run test:agents\` does it.`)
  return found
}

/** A home and a working folder, which are deleted after the test. */
export class Desk implements Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'pollux-agent-'))
  readonly home = join(this.#root, 'home')
  readonly work = join(this.#root, 'work')

  constructor() {
    mkdirSync(this.home)
    mkdirSync(this.work)
  }

  write(path: string, text: string | Uint8Array): void {
    const whole = join(this.#root, path)
    mkdirSync(join(whole, '..'), { recursive: true })
    writeFileSync(whole, text)
  }

  read(path: string): string {
    return readFileSync(join(this.#root, path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(join(this.#root, path))
  }

  /**
   * Runs a program to its end: one of this suite's, or one at an absolute path. It is killed after two minutes, which
   * the test sees by the exit code.
   */
  run(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Finished> {
    const child = spawn(resolve(BIN, program), args, {
      cwd: this.work,
      // Nothing of the environment in which the tests run: no keys, proxies or settings.
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.home,
        TERM: 'dumb',
        NO_COLOR: '1',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
      killSignal: 'SIGKILL',
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    return new Promise((done, fail) => {
      child.once('error', fail)
      child.once('close', (code) => done({ code, output, errors }))
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** An answer that Google breaks off after its first words. */
export const BROKEN = {
  chunks: [
    { candidates: [{ content: { role: 'model', parts: [{ text: 'one two ' }] } }] },
    {
      candidates: [
        { content: { role: 'model', parts: [{ text: 'three' }] }, finishReason: 'STOP' },
      ],
    },
  ],
  breakOffAfter: 1,
}

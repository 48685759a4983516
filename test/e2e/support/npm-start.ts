/** The real `npm start`, as a person or a script would run it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './eventually.ts'
import { family, running } from './processes.ts'

/** A start must be ready within this time, even while other tests use the machine. */
const START_DEADLINE_MS = 40_000

export interface NpmStart {
  readonly url: string
  readonly emulatorUrl: string
  readonly masterKey: string
  readonly userKey: string
  /** The command lines that it printed. */
  readonly curls: readonly string[]
  readonly output: () => string
  /** The ids of all its processes at this moment. */
  pids(): readonly number[]
  /** Sends a signal to npm alone, as `kill` does. */
  kill(signal: NodeJS.Signals): void
  /** Sends a signal to npm and its whole process group, as a terminal does on Ctrl-C. */
  interrupt(signal: NodeJS.Signals): void
  /** npm's exit code, or the signal by which it died. */
  readonly exited: Promise<number | string>
}

export interface Spawned {
  readonly npm: ChildProcess
  readonly output: () => string
  readonly exited: Promise<number | string>
}

export function spawnNpmStart(checkout: string, args: readonly string[]): Spawned {
  const npm = spawn('npm', ['start', '--', ...args], {
    cwd: checkout,
    detached: true, // a process group of its own, so that it can get a signal as from a terminal
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const exited = once(npm, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return { npm, output: () => text, exited }
}

/** Resolves when it says that it is ready. */
export async function npmStart(checkout: string, args: readonly string[]): Promise<NpmStart> {
  const { npm, output, exited } = spawnNpmStart(checkout, args)
  const { pid } = npm
  if (pid === undefined) throw new Error('npm could not be run')
  let isOver = false
  void exited.then(() => {
    isOver = true
  })
  const text = await eventually(
    output,
    (seen) => seen.includes('Ctrl-C stops everything.') || isOver,
    START_DEADLINE_MS,
  )
  return {
    url: found(text, /^Base URL: (\S+)/m),
    emulatorUrl: found(text, /emulator at (http:\/\/[\d.]+:\d+)/),
    masterKey: found(text, /^MASTER_API_KEY=(\S+)$/m),
    userKey: found(text, /^USER_API_KEY=(\S+)$/m),
    curls: text.split('\n').filter((line) => line.startsWith('curl ')),
    output,
    pids: () => family(pid).map((member) => member.pid),
    kill: (signal) => void process.kill(pid, signal),
    interrupt: (signal) => void process.kill(-pid, signal),
    exited,
  }
}

/** Resolves when none of the processes is left. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await eventually(
    () => running(pids),
    (left) => left.length === 0,
  )
}

/** Runs a line in a shell, as if it were pasted, and returns its output. */
export function paste(line: string): Promise<string> {
  return new Promise((done, fail) => {
    execFile('sh', ['-c', line], (error, stdout) => {
      if (error === null) done(stdout)
      else fail(error)
    })
  })
}

function found(text: string, pattern: RegExp): string {
  const [, value] = pattern.exec(text) ?? []
  if (value === undefined) throw new Error(`no ${pattern} in:\n${text}`)
  return value
}

import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface Options {
  /** The port to try first. */
  readonly port: number
  /** Where objects, KV and the demo user's credentials are kept. */
  readonly state: string
  /** The file with the secrets of the local Worker. */
  readonly devVars: string
}

export type OptionsResult =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly message: string; readonly exitCode: 0 | 2 }

const USAGE = `Usage: npm start -- [--port N] [--state DIR]

  --port N     listen on port N of 127.0.0.1, or on the next free one (default: 8787)
  --state DIR  keep everything in DIR: the state and the keys (default: the state in
               .wrangler/state, the keys in .dev.vars)
  --help       this text`

const DEFAULT_PORT = '8787'

/** Reads the command line. `root` is the project's folder. A relative DIR is relative to where npm was called. */
export function readOptions(args: readonly string[], root: string): OptionsResult {
  let values
  try {
    ;({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: DEFAULT_PORT },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }))
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  if (values.help) return { ok: false, message: USAGE, exitCode: 0 }
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : 0
  if (port < 1 || port > 65_535) {
    return refuse(`--port must be a whole number from 1 to 65535, not '${values.port}'`)
  }
  if (values.state === '') return refuse('--state must name a folder')
  if (values.state === undefined) {
    const state = join(root, '.wrangler', 'state')
    return { ok: true, options: { port, state, devVars: join(root, '.dev.vars') } }
  }
  // npm runs scripts in the project's folder. INIT_CWD says where npm itself was called.
  const state = resolve(process.env['INIT_CWD'] ?? '.', values.state)
  return { ok: true, options: { port, state, devVars: join(state, '.dev.vars') } }
}

function refuse(message: string): OptionsResult {
  return { ok: false, message: `${message}\n\n${USAGE}`, exitCode: 2 }
}

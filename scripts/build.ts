/**
 * `npm run build`: writes what the container serves into `dist`: the Worker as `wrangler deploy` would upload it, the
 * Worker that stands in for KV, and the bindings and variables of wrangler.toml, which wrangler itself reads.
 */
import { execFile } from 'node:child_process'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'

/** The Worker's bindings and variables. Of secrets only the names are known. */
export interface Build {
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
  readonly vars: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  /** Name of a binding → class of its objects. */
  readonly objects: Readonly<Record<string, string>>
  /** Names of the bindings of KV namespaces. */
  readonly keys: readonly string[]
  /** The binding of the static files, and their folder, relative to the project's. */
  readonly assets: { readonly binding: string; readonly folder: string }
}

const QUIET = { CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false' }

/** Builds the project in the folder `root` into its `dist`. */
export async function build(root: string): Promise<void> {
  const made = await described(root)
  const out = join(root, 'dist', 'new')
  const wrangler = join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')
  // A build uses no secrets, but wrangler demands them.
  const unused = Object.fromEntries(made.secrets.map((name) => [name, 'unused']))
  await promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', `--outdir=${out}`],
    { cwd: root, env: { ...process.env, ...unused, ...QUIET } },
  )
  const keyValue = readFileSync(join(root, 'scripts', 'served', 'key-value.ts'), 'utf8')
  renameSync(join(out, 'worker.js'), join(root, 'dist', 'worker.js'))
  rmSync(out, { recursive: true })
  writeFileSync(join(root, 'dist', 'key-value.js'), stripTypeScriptTypes(keyValue))
  // Written last: if this file exists, all others do.
  writeFileSync(join(root, 'dist', 'worker.json'), JSON.stringify(made, null, 2))
}

async function described(root: string): Promise<Build> {
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const config = readConfig({ config: join(root, 'wrangler.toml') }, { hideWarnings: true })
  return {
    compatibilityDate: config.compatibility_date ?? '',
    compatibilityFlags: config.compatibility_flags,
    vars: Object.fromEntries(
      Object.entries(config.vars).map(([name, value]) => [name, String(value)]),
    ),
    secrets: config.secrets?.required ?? [],
    objects: Object.fromEntries(
      config.durable_objects.bindings.map(
        ({ name, class_name: type }: { name: string; class_name: string }) => [name, type],
      ),
    ),
    keys: config.kv_namespaces.map(({ binding }: { binding: string }) => binding),
    assets: {
      binding: config.assets?.binding ?? '',
      folder: relative(root, resolve(root, config.assets?.directory ?? '')),
    },
  }
}

if (import.meta.main) await build(join(import.meta.dirname, '..'))

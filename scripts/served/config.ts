import type { Build } from '../build.ts'
import { HOLD } from './draining.ts'

export interface Served {
  readonly build: Build
  /** The folder of the static files. */
  readonly assets: string
  readonly host: string
  readonly port: number
  /** The folder of objects and KV. */
  readonly state: string
  /** The names of the secrets that were given: the build's and the optional ones. */
  readonly secrets: readonly string[]
  /** They override the build's variables. */
  readonly vars: Readonly<Record<string, string>>
  /** Whether the Worker may reach addresses that are not public. */
  readonly reachesPrivate: boolean
  /** The socket file of what holds workerd while it ends (draining.ts). */
  readonly holdAt: string
}

/**
 * workerd's configuration (Cap'n Proto) for the Worker in `worker.js` and for `key-value.js`, which stands in for KV.
 * Both files are in the same folder. Secrets come from workerd's environment, so that no file holds them. Folders and
 * names are those of wrangler, so that volumes of earlier versions, which wrangler served, still work. Pure.
 */
export function configOf({
  build,
  assets,
  host,
  port,
  state,
  secrets,
  vars,
  reachesPrivate,
  holdAt,
}: Served): string {
  const { objects, keys } = build
  const bindings = [
    ...Object.entries({ ...build.vars, ...vars }).map(
      ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
    ),
    ...secrets.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
    ...Object.entries(objects).map(
      ([name, type]) => `(name = ${text(name)}, durableObjectNamespace = ${text(type)})`,
    ),
    ...keys.map((name) => `(name = ${text(name)}, kvNamespace = "keys")`),
    `(name = ${text(build.assets.binding)}, service = "assets")`,
  ]
  const classes = [...new Set(Object.values(objects))]
  const addresses = reachesPrivate ? '"public", "private"' : '"public"'
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "pollux", worker = .pollux),
    (name = "keys", worker = .keys),
    (name = "hold", worker = .hold),
    (name = "assets", disk = ${text(assets)}),
    (name = "objects", disk = (path = ${text(`${state}/v3/do`)}, writable = true)),
    (name = "internet", network = (allow = [${addresses}], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [
    (name = "http", address = ${text(`${host}:${port}`)}, http = (), service = "pollux"),
    (name = "hold", address = ${text(`unix:${holdAt}`)}, http = (), service = "hold"),
  ],
);

const pollux :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  ${compatibility(build)}
  bindings = [
    ${bindings.join(',\n    ')},
  ],
  durableObjectNamespaces = [${classes.map((type) => objectClass(type)).join(', ')}],
  durableObjectStorage = (localDisk = "objects"),
);

const keys :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "key-value.js")],
  ${compatibility(build)}
  bindings = [(name = "NAMESPACE", durableObjectNamespace = "NamespaceObject")],
  durableObjectNamespaces = [${objectClass('NamespaceObject')}],
  durableObjectStorage = (localDisk = "objects"),
);

const hold :Workerd.Worker = (
  modules = [(name = "worker", esModule = ${text(HOLD)})],
  ${compatibility(build)}
);
`
}

function compatibility({ compatibilityDate, compatibilityFlags }: Build): string {
  const flags = compatibilityFlags.map(text).join(', ')
  return `compatibilityDate = ${text(compatibilityDate)}, compatibilityFlags = [${flags}],`
}

function objectClass(type: string): string {
  return `(className = ${text(type)}, uniqueKey = ${text(`pollux-${type}`)}, enableSql = true)`
}

/** Cap'n Proto writes texts as C does, and takes UTF-8 bytes as they are. */
function text(value: string): string {
  return JSON.stringify(value).replace(
    /\\u([0-9a-f]{4})/gi,
    (_, hex: string) => `\\x${hex.slice(2)}`,
  )
}

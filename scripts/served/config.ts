import type { Build } from '../build.ts'

export interface Served {
  readonly build: Build
  /** Where the static files are. */
  readonly assets: string
  readonly host: string
  readonly port: number
  /** Where objects and KV are. */
  readonly state: string
  /** Instead of those of the build. */
  readonly vars: Readonly<Record<string, string>>
  /** Whether the Worker may reach addresses that are not public. */
  readonly reachesPrivate: boolean
}

/**
 * workerd's configuration (Cap'n Proto) of the Worker in `worker.js`, with KV that `key-value.js` plays, both beside it. Secrets
 * come from workerd's environment, so that none is in a file of ours. Folders and names are those of wrangler, which served
 * volumes of earlier versions. Pure.
 */
export function configOf({
  build,
  assets,
  host,
  port,
  state,
  vars,
  reachesPrivate,
}: Served): string {
  const { secrets, objects, keys } = build
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
    (name = "assets", disk = ${text(assets)}),
    (name = "objects", disk = (path = ${text(`${state}/v3/do`)}, writable = true)),
    (name = "internet", network = (allow = [${addresses}], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = ${text(`${host}:${port}`)}, http = (), service = "pollux")],
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
`
}

function compatibility({ compatibilityDate, compatibilityFlags }: Build): string {
  const flags = compatibilityFlags.map(text).join(', ')
  return `compatibilityDate = ${text(compatibilityDate)}, compatibilityFlags = [${flags}],`
}

function objectClass(type: string): string {
  return `(className = ${text(type)}, uniqueKey = ${text(`pollux-${type}`)}, enableSql = true)`
}

/** Cap'n Proto writes texts as C does, and takes bytes of UTF-8 as they are. */
function text(value: string): string {
  return JSON.stringify(value).replace(
    /\\u([0-9a-f]{4})/gi,
    (_, hex: string) => `\\x${hex.slice(2)}`,
  )
}

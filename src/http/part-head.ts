/** What stands before each part of a form (RFC 7578). */

/** The part's name; for a file, also its file name and media type. */
export interface PartHead {
  readonly name: string
  /** Null if the part is not a file. */
  readonly fileName: string | null
  readonly type: string
}

export const MAX_HEAD_BYTES = 8192
const [CR, LF] = [13, 10]

/** Where the empty line that ends a part's head begins. */
export function endOfHead(bytes: Uint8Array): number | null {
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at
  }
  return null
}

/** `head`: from behind the delimiter. Null if it is not one of a form's part. */
export function headIn(head: string): PartHead | null {
  const lines = head.split('\r\n').slice(1)
  const valueOf = (name: string): string => {
    const line = lines.find((one) => one.toLowerCase().startsWith(`${name}:`))
    return line === undefined ? '' : line.slice(name.length + 1).trim()
  }
  const disposition = valueOf('content-disposition')
  const name = parameter(disposition, 'name')
  if (!/^form-data\b/i.test(disposition) || name === null) return null
  const fileName = extended(disposition) ?? parameter(disposition, 'filename')
  return { name, fileName, type: valueOf('content-type') }
}

/**
 * Browsers write a backslash as it is (WHATWG, "multipart/form-data"), other clients escape quotes with one. Before the
 * quote that ends the value it is part of the name.
 */
const PLAIN = /\\(?="\s*(?:;|$))/.source
const ESCAPED = /\\(?!"\s*(?:;|$))./.source

/** Browsers and SDKs write `%22` for a quote and `%0D%0A` for a line break (WHATWG); others write `\"`. */
function parameter(header: string, name: string): string | null {
  const pattern = new RegExp(
    `;\\s*${name}=(?:"((?:[^"\\\\]|${ESCAPED}|${PLAIN})*)"|([^\\s;"]+))`,
    'i',
  )
  const [, quoted, bare] = pattern.exec(header) ?? []
  const value = quoted ?? bare
  if (value === undefined) return null
  return value
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(22|0D|0A)/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
}

/** `filename*=UTF-8''a%20b` (RFC 5987), which takes precedence over `filename`. */
function extended(header: string): string | null {
  const [, written] = /;\s*filename\*=utf-8'[^']*'([^\s;]+)/i.exec(header) ?? []
  try {
    return written === undefined ? null : decodeURIComponent(written)
  } catch {
    return null
  }
}

/** `npm run openapi` writes src/routes/public/openapi-document.ts; with `--check` it says whether that is what it would write. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openapiDocument } from './document.ts'

const FILE = join(import.meta.dirname, '../src/routes/public/openapi-document.ts')
const source = moduleOf(JSON.stringify(openapiDocument()))

if (!process.argv.includes('--check')) {
  await writeFile(FILE, source)
} else if ((await readFile(FILE, 'utf8')) !== source) {
  console.error(
    'src/routes/public/openapi-document.ts is not what the schemas say: `npm run openapi` writes it anew.',
  )
  process.exit(1)
}

/** A string, which no isolate parses before somebody asks for it, and half the size of the object; a line a path or component. */
function moduleOf(json: string): string {
  const lines = json.split(/(?="\/[^"]*":\{)|(?="[A-Z]\w*":\{"(?:type|oneOf|anyOf)")/)
  const literals = lines.map((line) => `'${line.replace(/[\\']/g, '\\$&')}'`)
  return [
    '/** Written by `npm run openapi`, never by hand; what it says is described in openapi/. */',
    'export const OPENAPI_DOCUMENT =',
    `  ${literals.join(' +\n  ')}`,
    '',
  ].join('\n')
}

import { readFileSync } from 'node:fs'
import { parseAst } from 'vite'
import { describe, expect, it } from 'vitest'
import { filesBelow } from './imports.ts'

interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

/** Schemas that a module makes while it is evaluated, which is before the Worker's first answer; by the line of each. */
function eagerSchemas(source: string): number[] {
  const at: number[] = []
  const walk = (node: Node): void => {
    if (node.type.startsWith('TS') || /Function/.test(node.type)) return
    if (node.type === 'CallExpression' && isValibot(node['callee'] as Node)) {
      at.push(source.slice(0, node['start'] as number).split('\n').length)
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) walk(child)
  }
  walk(parseAst(source, { lang: 'ts' }) as unknown as Node)
  return at
}

function isValibot(callee: Node): boolean {
  return callee.type === 'MemberExpression' && (callee['object'] as Node)['name'] === 'v'
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

describe('schemas', () => {
  it('are made at their first use, not with their module', () => {
    const made = filesBelow('src').flatMap((file) =>
      eagerSchemas(readFileSync(file, 'utf8')).map((line) => `${file}:${line}`),
    )
    expect(made).toEqual([])
  })

  it('would be found', () => {
    expect(eagerSchemas('const a = 1\nconst name = v.pipe(v.string())\n')).toEqual([2, 2])
    expect(eagerSchemas('const entries = {\n  name: v.string() }\n')).toEqual([2])
    expect(eagerSchemas('const name = lazy(() => v.string())\n')).toEqual([])
  })
})

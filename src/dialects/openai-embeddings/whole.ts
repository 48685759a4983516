/** Vectors as OpenAI's list of embeddings (docs/clients.md: Embeddings of clients). */
import type { EmbeddingAnswer } from '../embedding-dialect.ts'

export interface EmbeddingList {
  readonly object: 'list'
  readonly model: string
  readonly data: readonly {
    readonly object: 'embedding'
    readonly index: number
    readonly embedding: readonly number[] | string
  }[]
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number }
}

export function toEmbeddingList(
  { model, vectors, tokens }: EmbeddingAnswer,
  format: 'float' | 'base64',
): EmbeddingList {
  const encode = format === 'base64' ? toBase64 : (vector: readonly number[]) => vector
  return {
    object: 'list',
    model,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encode(unit(vector)),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

/** The error of 32-bit floats. A vector whose length differs from 1 by less stays unchanged. */
const ROUNDING = 1e-4

/** OpenAI's vectors have unit length. Google's do not if they were shortened (docs/google.md: Embeddings). */
function unit(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector)
  if (length === 0 || Math.abs(length - 1) < ROUNDING) return vector
  return vector.map((value) => value / length)
}

/** 32-bit floats, little-endian on every machine, as clients decode them (docs/clients.md: Embeddings of clients). */
function toBase64(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true)
  return new Uint8Array(view.buffer).toBase64()
}

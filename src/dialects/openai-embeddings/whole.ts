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

/** Rounding of 32-bit floats; what Google says is of unit length is left as it is. */
const ROUNDING = 1e-4

/** OpenAI's vectors are of unit length; Google's are not where they were cut short (docs/google.md: Embeddings). */
function unit(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector)
  if (length === 0 || Math.abs(length - 1) < ROUNDING) return vector
  return vector.map((value) => value / length)
}

/** 32-bit floats, little-endian whatever the machine: clients decode them so (docs/clients.md: Embeddings of clients). */
function toBase64(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true)
  return new Uint8Array(view.buffer).toBase64()
}

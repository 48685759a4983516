/**
 * Gemma and models that speak accept no system instruction (docs/google.md: System instruction). For them it opens
 * the conversation.
 */
import type { GenerateContentRequest } from '../types.ts'
import type { Aim } from './aim.ts'

export function fitSystem(
  request: GenerateContentRequest,
  { traits }: Aim,
): GenerateContentRequest {
  if (request.systemInstruction === undefined || traits.systemInstruction) return request
  const { systemInstruction, ...rest } = request
  const [first, ...others] = request.contents
  if (first?.role !== 'user') {
    return { ...rest, contents: [{ ...systemInstruction, role: 'user' }, ...request.contents] }
  }
  const parts = [...systemInstruction.parts, ...first.parts]
  return { ...rest, contents: [{ role: 'user', parts }, ...others] }
}

export function addSystemText(
  request: GenerateContentRequest,
  text: string,
): GenerateContentRequest {
  const parts = [...(request.systemInstruction?.parts ?? []), { text }]
  return { ...request, systemInstruction: { ...request.systemInstruction, parts } }
}

import type { JsonObject } from '../json.ts'
import type { Usage } from '../protocol.ts'
import type { Part } from '../proto/types.ts'
import type { Interaction } from '../state/interactions.ts'

export function describeInteraction(interaction: Interaction): JsonObject {
  const { id, model, status, steps, usage, previous } = interaction
  const isDone = status !== 'in_progress' && status !== 'cancelled'
  return {
    id,
    object: 'interaction',
    model,
    status,
    created: new Date(interaction.createdAt).toISOString(),
    updated: new Date(interaction.updatedAt).toISOString(),
    ...(previous === undefined ? {} : { previous_interaction_id: previous }),
    ...(isDone ? { steps, usage } : {}),
  }
}

/** One step for each call, for each thought, and for each run of other parts. */
export function stepsOf(parts: Part[]): JsonObject[] {
  const steps: JsonObject[] = []
  for (const part of parts) {
    const { text, functionCall: call, inlineData, thought, thoughtSignature: signature } = part
    if (thought) steps.push({ type: 'thought', summary: [{ type: 'text', text }] })
    else if (call) {
      if (signature !== undefined) steps.push({ type: 'thought', signature })
      steps.push({
        type: 'function_call',
        id: call.id,
        name: call.name,
        arguments: call.args ?? {},
      })
    } else if (text) steps.push({ type: 'model_output', content: [{ type: 'text', text }] })
    else if (inlineData) {
      const [type = 'image'] = (inlineData.mimeType ?? '').split('/', 1)
      const { data, mimeType } = inlineData
      steps.push({ type: 'model_output', content: [{ type, data, mime_type: mimeType }] })
    }
  }
  return steps
}

export function usageOf(usage: Usage): JsonObject {
  return {
    total_input_tokens: usage.promptTokenCount ?? 0,
    total_output_tokens: usage.candidatesTokenCount ?? 0,
    total_thought_tokens: usage.thoughtsTokenCount ?? 0,
    total_cached_tokens: usage.cachedContentTokenCount ?? 0,
    total_tool_use_tokens: usage.toolUsePromptTokenCount ?? 0,
    total_tokens: usage.totalTokenCount ?? 0,
  }
}

/**
 * JSON output where Google does not offer it (gemini/emulated-json.ts): as the arguments of a function, or asked for
 * in words.
 */
import { emulatedJson } from '../emulated-json.ts'
import type { GenerateContentRequest, ToolConfig } from '../types.ts'
import type { Aim } from './aim.ts'
import { changeConfig } from './config.ts'
import { addSystemText } from './system.ts'

export function fitJson(
  request: GenerateContentRequest,
  { traits, isToldAsWritten = false }: Aim,
): GenerateContentRequest {
  const emulated = emulatedJson(request, traits)
  if (emulated === null) return request
  const { responseJsonSchema, responseSchema } = request.generationConfig ?? {}
  const schema = responseJsonSchema ?? responseSchema
  const plain = changeConfig(request, {
    responseMimeType: undefined,
    responseJsonSchema: undefined,
    responseSchema: undefined,
  })
  if (emulated.by === 'function' && !isToldAsWritten) {
    return withAnswerFunction(plain, emulated.name, schema)
  }
  // A model that speaks would read the instruction aloud.
  return traits.output.includes('text') ? addSystemText(plain, instruction(schema)) : plain
}

function withAnswerFunction(
  request: GenerateContentRequest,
  name: string,
  parametersJsonSchema: unknown,
): GenerateContentRequest {
  const description = 'Gives the final answer to the user. Call it instead of answering in text.'
  const declaration = { name, description, parametersJsonSchema }
  const tools = (request.tools ?? []).map((tool, index) => ({ ...tool, index }))
  const first = tools.find((tool) => tool.functionDeclarations !== undefined)?.index
  return {
    ...request,
    tools: tools.map(({ index, ...tool }) =>
      index === first
        ? { ...tool, functionDeclarations: [...(tool.functionDeclarations ?? []), declaration] }
        : tool,
    ),
    toolConfig: callingTo(name, request.toolConfig),
  }
}

/**
 * The model must call a function now, and at the end this one. If the client itself demands a call, its demand stays
 * as it is.
 */
function callingTo(name: string, config: ToolConfig | undefined): ToolConfig {
  const { mode, allowedFunctionNames } = config?.functionCallingConfig ?? {}
  if (mode === 'ANY') return { ...config }
  const others = mode === 'NONE' ? [] : allowedFunctionNames
  return {
    ...config,
    functionCallingConfig: {
      mode: 'ANY',
      ...(others !== undefined && { allowedFunctionNames: [...others, name] }),
    },
  }
}

function instruction(schema: unknown): string {
  const form = 'Answer with one JSON value and nothing else: no code fence, no words around it.'
  return schema === undefined
    ? form
    : `${form} It must fit this JSON schema: ${JSON.stringify(schema)}`
}

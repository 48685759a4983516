/**
 * An answer in JSON, where the model or the tools beside it do not allow to ask for one (google-upstreams §4.4): as the arguments
 * of one more function, else in words.
 */
import { answerFunctionOf } from '../answer-function.ts'
import type { GenerateContentRequest, ToolConfig } from '../types.ts'
import { changeConfig } from './config.ts'
import type { Aim } from './aim.ts'
import { addSystemText } from './system.ts'

const JSON_MIME = 'application/json'

export function fitJson(request: GenerateContentRequest, { traits }: Aim): GenerateContentRequest {
  if (request.generationConfig?.responseMimeType !== JSON_MIME || traits.json === 'yes') {
    return request
  }
  if (traits.json === 'without_tools' && !request.tools?.length) return request
  const name = answerFunctionOf(request)
  const plain = changeConfig(request, {
    responseMimeType: undefined,
    responseJsonSchema: undefined,
  })
  const schema = request.generationConfig.responseJsonSchema
  if (name !== null && traits.json === 'without_tools') {
    return withAnswerFunction(plain, name, schema)
  }
  // A voice would read it aloud.
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

/** Some function must be called now, this one at the end; where the client itself demands a call, it is left at that. */
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

/** The form of the answer: mime type, schema, modalities (google-upstreams §4.4, §4.7, §7.2). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { GenerationConfig } from '../proto/types.ts'
import { checkSchema } from './schema.ts'
import type { Subject } from './subject.ts'

const PATH = '* GenerateContentRequest.generation_config'
const JSON_MIME = 'application/json'
const ENUM_MIME = 'text/x.enum'
const MIME_TYPES: ReadonlySet<string> = new Set(['', 'text/plain', JSON_MIME, ENUM_MIME])
/** Since then functions may be called beside a JSON answer. */
const JSON_WITH_TOOLS_SINCE = 3

export function checkOutput(subject: Subject): Failure | undefined {
  const config = subject.request.generationConfig ?? {}
  return (
    checkMime(subject, config) ?? checkSchemas(subject, config) ?? checkModalities(subject, config)
  )
}

function checkMime({ model, request }: Subject, config: GenerationConfig): Failure | undefined {
  const { responseMimeType = '' } = config
  if (!MIME_TYPES.has(responseMimeType)) {
    return invalidArgument(
      `${PATH}.response_mime_type: allowed mimetypes are \`text/plain\`, \`application/json\`, \`application/xml\`, \`application/yaml\` and \`text/x.enum\`.`,
    )
  }
  const hasFunctions = (request.tools ?? []).some((tool) => tool.functionDeclarations?.length)
  const isOld = model.generation < JSON_WITH_TOOLS_SINCE
  if (responseMimeType !== JSON_MIME || !hasFunctions || !isOld) return undefined
  return invalidArgument(
    "Function calling with a response mime type: 'application/json' is unsupported",
  )
}

function checkSchemas({ model }: Subject, config: GenerationConfig): Failure | undefined {
  const { responseMimeType, responseSchema, responseJsonSchema } = config
  if (responseSchema && responseJsonSchema !== undefined) {
    return invalidArgument(
      `${PATH}: response_schema and response_json_schema are mutually exclusive, only one can be set.`,
    )
  }
  if (responseJsonSchema !== undefined && responseMimeType !== JSON_MIME) {
    return invalidArgument(
      `${PATH}.response_json_schema: only allowed when response_mime_type is 'application/json'.`,
    )
  }
  if (!responseSchema) return undefined
  if (responseMimeType !== JSON_MIME && responseMimeType !== ENUM_MIME) {
    return invalidArgument(
      `${PATH}.response_schema: only allowed when response_mime_type is 'application/json' or 'text/x.enum'.`,
    )
  }
  return checkSchema(responseSchema, { path: 'generation_config.response_schema', model })
}

function checkModalities(
  { model }: Subject,
  { responseModalities = [] }: GenerationConfig,
): Failure | undefined {
  const known = model.kind === 'image' ? ['TEXT', 'IMAGE'] : ['TEXT']
  if (responseModalities.every((modality) => known.includes(modality))) return undefined
  const asked = responseModalities.join(', ')
  return invalidArgument(
    `The requested combination of response modalities (${asked}) is not supported by the model. ` +
      `models/${model.id} accepts the following combination of response modalities:\n* ${known.join(', ')}`,
  )
}

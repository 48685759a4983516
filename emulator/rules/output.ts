/** The form of the answer: mime type, schema, modalities (docs/google.md: Tools, Generation settings, Schemas). */
import { invalidArgument, isObject } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Model } from '../models.ts'
import type { GenerationConfig } from '../proto/types.ts'
import { checkJsonSchema } from './json-schema.ts'
import { checkSchema } from './schema.ts'
import type { Subject } from './subject.ts'

const PATH = '* GenerateContentRequest.generation_config'
const JSON_MIME = 'application/json'
const ENUM_MIME = 'text/x.enum'
const MIME_TYPES: ReadonlySet<string> = new Set(['', 'text/plain', JSON_MIME, ENUM_MIME])
/** From this generation on, tools may stand beside JSON output. */
const JSON_WITH_TOOLS_SINCE = 3

export function checkOutput(subject: Subject): Failure | undefined {
  const config = subject.request.generationConfig ?? {}
  return (
    checkMime(subject, config) ??
    checkSchemas(subject, config) ??
    checkModalities(subject, config) ??
    checkSpeech(subject, config) ??
    checkImage(subject, config)
  )
}

function checkMime({ model, request }: Subject, config: GenerationConfig): Failure | undefined {
  const { responseMimeType = '' } = config
  if (!MIME_TYPES.has(responseMimeType)) {
    return invalidArgument(
      `${PATH}.response_mime_type: allowed mimetypes are \`text/plain\`, \`application/json\`, \`application/xml\`, \`application/yaml\` and \`text/x.enum\`.`,
    )
  }
  const { tools = [] } = request
  const isOld = model.generation < JSON_WITH_TOOLS_SINCE
  if (responseMimeType !== JSON_MIME || tools.length === 0 || !isOld) return undefined
  // The wording differs for built-in tools (snailyp/gemini-balance#264).
  const hasFunctions = tools.some((tool) => tool.functionDeclarations?.length)
  return invalidArgument(
    `${hasFunctions ? 'Function calling' : 'Tool use'} with a response mime type: 'application/json' is unsupported`,
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
  if (isObject(responseJsonSchema)) {
    return checkJsonSchema(responseJsonSchema, 'generation_config.response_json_schema')
  }
  if (!responseSchema) return undefined
  if (responseMimeType !== JSON_MIME && responseMimeType !== ENUM_MIME) {
    return invalidArgument(
      `${PATH}.response_schema: only allowed when response_mime_type is 'application/json' or 'text/x.enum'.`,
    )
  }
  return checkSchema(responseSchema, { path: 'generation_config.response_schema', model })
}

const MODALITIES: Readonly<Record<Model['kind'], readonly string[]>> = {
  text: ['TEXT'],
  image: ['TEXT', 'IMAGE'],
  speech: ['AUDIO'],
  embedding: [],
}

function checkModalities(
  { model }: Subject,
  { responseModalities = [] }: GenerationConfig,
): Failure | undefined {
  const known = MODALITIES[model.kind]
  // A request without modalities asks for text, which a model that only speaks cannot give.
  const asked = responseModalities.length === 0 ? ['TEXT'] : responseModalities
  if (asked.every((modality) => known.includes(modality))) return undefined
  return invalidArgument(
    `The requested combination of response modalities (${asked.join(', ')}) is not supported by the model. ` +
      `models/${model.id} accepts the following combination of response modalities:\n* ${known.join(', ')}`,
  )
}

/** Prebuilt voices. Google refuses any other name. */
const VOICES: ReadonlySet<string> = new Set(
  (
    'zephyr puck charon kore fenrir leda orus aoede callirrhoe autonoe enceladus iapetus umbriel algieba despina erinome ' +
    'algenib rasalgethi laomedeia achernar alnilam schedar gacrux pulcherrima achird zubenelgenubi vindemiatrix sadachbia ' +
    'sadaltager sulafat'
  ).split(' '),
)

function checkSpeech({ model }: Subject, { speechConfig }: GenerationConfig): Failure | undefined {
  if (!speechConfig) return undefined
  if (model.kind !== 'speech') {
    return invalidArgument(`Speech config is not enabled for models/${model.id}`)
  }
  const name = speechConfig.voiceConfig?.prebuiltVoiceConfig?.voiceName
  if (name === undefined || VOICES.has(name.toLowerCase())) return undefined
  return invalidArgument(
    `Voice name ${name} is not supported. Allowed voice names are: ${[...VOICES].join(', ')}`,
  )
}

const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']
const LONG_RATIOS = ['1:4', '4:1', '1:8', '8:1']
const SIZES = ['512', '1K', '2K', '4K']

function checkImage({ model }: Subject, { imageConfig }: GenerationConfig): Failure | undefined {
  const { aspectRatio, imageSize } = imageConfig ?? {}
  if (!imageConfig) return undefined
  if (model.kind !== 'image') {
    return invalidArgument(`Image config is not enabled for models/${model.id}`)
  }
  const ratios = model.id === 'gemini-3.1-flash-image' ? [...RATIOS, ...LONG_RATIOS] : RATIOS
  if (aspectRatio !== undefined && !ratios.includes(aspectRatio)) {
    return invalidArgument(
      `${PATH}.image_config.aspect_ratio: aspect_ratio must be one of ${ratios.map((ratio) => `'${ratio}'`).join(', ')}.`,
    )
  }
  const sizes = model.generation < 3 ? [] : SIZES
  if (imageSize === undefined || sizes.includes(imageSize)) return undefined
  return invalidArgument(
    `${PATH}.image_config.image_size: image_size '${imageSize}' is not supported by models/${model.id}.`,
  )
}

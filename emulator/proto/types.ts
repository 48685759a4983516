/** Types of a parsed request, as proto/parse.ts returns it. */
import type { JsonObject } from '../json.ts'
import type { ThinkingLevel } from '../models.ts'

export interface GenerateRequest {
  contents?: Content[]
  systemInstruction?: Content
  tools?: Tool[]
  toolConfig?: {
    functionCallingConfig?: { mode?: string; allowedFunctionNames?: string[] }
    includeServerSideToolInvocations?: boolean
  }
  generationConfig?: GenerationConfig
  cachedContent?: string
  continuationToken?: string
  labels?: Record<string, string>
}

export interface Content {
  role?: string
  parts?: Part[]
}

export interface Part {
  text?: string
  thought?: boolean
  thoughtSignature?: string
  inlineData?: { mimeType?: string; data?: string }
  fileData?: { mimeType?: string; fileUri?: string }
  functionCall?: { id?: string; name?: string; args?: JsonObject }
  functionResponse?: {
    id?: string
    name?: string
    response?: JsonObject
    parts?: { inlineData?: { displayName?: string } }[]
  }
  executableCode?: JsonObject
  codeExecutionResult?: JsonObject
  toolCall?: JsonObject
  toolResponse?: JsonObject
}

export interface Tool {
  functionDeclarations?: FunctionDeclaration[]
  [builtIn: string]: unknown
}

export interface FunctionDeclaration {
  name?: string
  parameters?: Schema
  parametersJsonSchema?: unknown
  response?: Schema
  responseJsonSchema?: unknown
}

export interface Schema {
  type?: string
  format?: string
  enum?: string[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  anyOf?: Schema[]
}

export interface GenerationConfig {
  temperature?: number
  topP?: number
  topK?: number
  candidateCount?: number
  maxOutputTokens?: number
  stopSequences?: string[]
  presencePenalty?: number
  frequencyPenalty?: number
  responseLogprobs?: boolean
  logprobs?: number
  responseMimeType?: string
  responseSchema?: Schema
  responseJsonSchema?: unknown
  responseModalities?: string[]
  speechConfig?: {
    voiceConfig?: { prebuiltVoiceConfig?: { voiceName?: string } }
    multiSpeakerVoiceConfig?: JsonObject
  }
  imageConfig?: { aspectRatio?: string; imageSize?: string }
  thinkingConfig?: {
    includeThoughts?: boolean
    thinkingBudget?: number
    thinkingLevel?: ThinkingLevel | 'THINKING_LEVEL_UNSPECIFIED'
  }
}

export interface EmbedContentConfig {
  taskType?: string
  title?: string
  outputDimensionality?: number
  autoTruncate?: boolean
}

export interface EmbedRequest extends EmbedContentConfig {
  model?: string
  content?: Content
  embedContentConfig?: EmbedContentConfig
}

/**
 * The pivot: Gemini's own request and response, as far as Pollux reads or writes them (docs/google.md: Requests,
 * Finish reasons). Every dialect translates to and from these types; every upstream only wraps them. A dialect writes
 * what the client asked for; gemini/fit then adapts it to the model and upstream.
 * Responses are Google's and may grow. Unknown fields and enum values must be expected, so all fields are optional
 * and enums are strings.
 */
import type { Maker } from './signatures.ts'

export interface GenerateContentRequest {
  contents: Content[]
  systemInstruction?: Content
  tools?: Tool[]
  toolConfig?: ToolConfig
  safetySettings?: SafetySetting[]
  generationConfig?: GenerationConfig
  cachedContent?: string
  serviceTier?: string
  /** Gemini 4: asks for the rest of an answer that stopped with CONTINUATION (docs/google.md: Long answers). */
  continuationToken?: string
}

export interface Content {
  role?: 'user' | 'model'
  parts: Part[]
}

/** Each part has exactly one data field; the others modify it (docs/google.md: Parts). */
export interface Part {
  text?: string
  inlineData?: Blob
  fileData?: FileData
  functionCall?: FunctionCall
  functionResponse?: FunctionResponse
  executableCode?: { language?: string; code?: string }
  codeExecutionResult?: { outcome?: string; output?: string }
  /** In answers: what the model heard. */
  audioTranscription?: { text?: string }
  thought?: boolean
  thoughtSignature?: string
  /**
   * The maker of the signature, if the client sends it back together with the signature. Never sent to Google: `fit`
   * removes it.
   */
  signedBy?: Maker
  videoMetadata?: { startOffset?: string; endOffset?: string; fps?: number }
  mediaResolution?: { level: string }
}

export interface Blob {
  mimeType: string
  /** Base64. */
  data: string
}

export interface FileData {
  fileUri: string
  mimeType?: string
}

export interface FunctionCall {
  id?: string
  name: string
  args?: { [key: string]: unknown }
  /** Only in streams of Vertex: more of this call follows, in parts without a name. */
  willContinue?: boolean
  partialArgs?: PartialArg[]
}

/** One value of a call's arguments, or a further piece of a string, at a JSON path such as `$.places[0].city`. */
export interface PartialArg {
  jsonPath?: string
  stringValue?: string
  numberValue?: number
  boolValue?: boolean
  nullValue?: null | string
  willContinue?: boolean
}

export interface FunctionResponse {
  id?: string
  name: string
  /** Always an object: Google refuses lists and scalars. */
  response: { [key: string]: unknown }
  parts?: { inlineData: Blob }[]
}

export interface Tool {
  functionDeclarations?: FunctionDeclaration[]
  googleSearch?: object
  urlContext?: object
  codeExecution?: object
}

/** Only one of `parametersJsonSchema` and `parameters` may be set (docs/google.md: Tools). */
export interface FunctionDeclaration {
  name: string
  description?: string
  parametersJsonSchema?: unknown
  parameters?: unknown
}

export interface ToolConfig {
  functionCallingConfig?: {
    mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED'
    allowedFunctionNames?: string[]
  }
}

export interface SafetySetting {
  category: string
  threshold: string
}

export interface GenerationConfig {
  temperature?: number
  topP?: number
  topK?: number
  maxOutputTokens?: number
  stopSequences?: string[]
  seed?: number
  candidateCount?: number
  presencePenalty?: number
  frequencyPenalty?: number
  responseLogprobs?: boolean
  logprobs?: number
  responseMimeType?: string
  responseJsonSchema?: unknown
  responseSchema?: unknown
  responseModalities?: string[]
  mediaResolution?: string
  thinkingConfig?: ThinkingConfig
  speechConfig?: object
  imageConfig?: { aspectRatio?: string; imageSize?: string }
}

/** A level for Gemini 3 and later, a budget for 2.5; never both on the wire (docs/google.md: Thinking). */
export interface ThinkingConfig {
  thinkingLevel?: string
  thinkingBudget?: number
  includeThoughts?: boolean
}

export interface GenerateContentResponse {
  candidates?: Candidate[]
  promptFeedback?: { blockReason?: string; blockReasonMessage?: string }
  usageMetadata?: UsageMetadata
  modelVersion?: string
  responseId?: string
}

export interface Candidate {
  index?: number
  content?: { role?: string; parts?: Part[] }
  finishReason?: string
  finishMessage?: string
  groundingMetadata?: GroundingMetadata
  citationMetadata?: object
  logprobsResult?: LogprobsResult
  continuationToken?: string
}

/** Segments count UTF-8 bytes, not UTF-16 units (docs/google.md: Grounding). */
export interface GroundingMetadata {
  webSearchQueries?: string[]
  groundingChunks?: {
    web?: GroundingSource
    retrievedContext?: GroundingSource
    maps?: GroundingSource
  }[]
  groundingSupports?: {
    segment?: { startIndex?: number; endIndex?: number; partIndex?: number; text?: string }
    groundingChunkIndices?: number[]
  }[]
}

export interface GroundingSource {
  uri?: string
  title?: string
  domain?: string
}

export interface LogprobsResult {
  chosenCandidates?: Logprob[]
  topCandidates?: { candidates?: Logprob[] }[]
}

export interface Logprob {
  token?: string
  tokenId?: number
  logProbability?: number
}

/** In a stream, counts are cumulative: the last ones are the total. Protobuf JSON leaves out zeros. */
export interface UsageMetadata {
  promptTokenCount?: number
  cachedContentTokenCount?: number
  /** Visible output, without thoughts. */
  candidatesTokenCount?: number
  thoughtsTokenCount?: number
  toolUsePromptTokenCount?: number
  totalTokenCount?: number
  promptTokensDetails?: ModalityCount[]
  cacheTokensDetails?: ModalityCount[]
  candidatesTokensDetails?: ModalityCount[]
  /** Of the Gemini API: the tier that served, such as `flex`. */
  serviceTier?: string
  /** The same on Vertex AI, such as `ON_DEMAND_FLEX`. */
  trafficType?: string
}

export interface ModalityCount {
  modality?: string
  tokenCount?: number
}

/**
 * The pivot: Gemini's own request and response, as far as Pollux reads or writes them (google-upstreams §4, §5).
 * Every dialect translates to and from these; every upstream only wraps them.
 * Responses are Google's and may grow: unknown fields and enum values are to be expected, so all is optional and enums are strings.
 */
export interface GenerateContentRequest {
  contents: Content[]
  systemInstruction?: Content
  generationConfig?: GenerationConfig
}

export interface Content {
  role?: 'user' | 'model'
  parts: Part[]
}

/** Exactly one data field a part; `thought` and `thoughtSignature` modify it. */
export interface Part {
  text?: string
  thought?: boolean
  thoughtSignature?: string
  functionCall?: FunctionCall
}

export interface FunctionCall {
  id?: string
  name: string
  args?: { [key: string]: unknown }
}

export interface GenerationConfig {
  temperature?: number
  topP?: number
  topK?: number
  maxOutputTokens?: number
  stopSequences?: string[]
  seed?: number
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
}

/** Counts are cumulative over a stream: the last one seen is the total. Zeros are left out by protobuf JSON. */
export interface UsageMetadata {
  promptTokenCount?: number
  cachedContentTokenCount?: number
  /** Visible output, without thoughts. */
  candidatesTokenCount?: number
  thoughtsTokenCount?: number
  toolUsePromptTokenCount?: number
  totalTokenCount?: number
}

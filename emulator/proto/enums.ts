interface Enum {
  values: readonly string[]
  vertexOnly?: readonly string[]
  /** Where the numbers are not those of the order. */
  numbers?: { readonly vertex: Numbers; readonly geminiApi: Numbers }
}
type Numbers = Readonly<Record<string, number>>

/** Enum values of the request messages (docs/google.md: Requests). */
export const ENUMS: Record<string, Enum> = {
  HarmCategory: {
    // docs/google.md: Safety settings
    numbers: {
      vertex: {
        HARM_CATEGORY_HATE_SPEECH: 1,
        HARM_CATEGORY_DANGEROUS_CONTENT: 2,
        HARM_CATEGORY_HARASSMENT: 3,
        HARM_CATEGORY_SEXUALLY_EXPLICIT: 4,
        HARM_CATEGORY_CIVIC_INTEGRITY: 5,
        HARM_CATEGORY_JAILBREAK: 6,
      },
      geminiApi: {
        HARM_CATEGORY_HARASSMENT: 7,
        HARM_CATEGORY_HATE_SPEECH: 8,
        HARM_CATEGORY_SEXUALLY_EXPLICIT: 9,
        HARM_CATEGORY_DANGEROUS_CONTENT: 10,
        HARM_CATEGORY_CIVIC_INTEGRITY: 11,
      },
    },
    values: [
      'HARM_CATEGORY_UNSPECIFIED',
      'HARM_CATEGORY_HARASSMENT',
      'HARM_CATEGORY_HATE_SPEECH',
      'HARM_CATEGORY_SEXUALLY_EXPLICIT',
      'HARM_CATEGORY_DANGEROUS_CONTENT',
      'HARM_CATEGORY_CIVIC_INTEGRITY',
      'HARM_CATEGORY_JAILBREAK',
    ],
    vertexOnly: [
      'HARM_CATEGORY_IMAGE_HATE',
      'HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT',
      'HARM_CATEGORY_IMAGE_HARASSMENT',
      'HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT',
    ],
  },
  HarmBlockThreshold: {
    values: [
      'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
      'BLOCK_LOW_AND_ABOVE',
      'BLOCK_MEDIUM_AND_ABOVE',
      'BLOCK_ONLY_HIGH',
      'BLOCK_NONE',
      'OFF',
    ],
  },
  TaskType: {
    values: [
      'TASK_TYPE_UNSPECIFIED',
      'RETRIEVAL_QUERY',
      'RETRIEVAL_DOCUMENT',
      'SEMANTIC_SIMILARITY',
      'CLASSIFICATION',
      'CLUSTERING',
      'QUESTION_ANSWERING',
      'FACT_VERIFICATION',
      'CODE_RETRIEVAL_QUERY',
    ],
  },
  HarmBlockMethod: { values: ['HARM_BLOCK_METHOD_UNSPECIFIED', 'SEVERITY', 'PROBABILITY'] },
  Type: {
    values: [
      'TYPE_UNSPECIFIED',
      'STRING',
      'NUMBER',
      'INTEGER',
      'BOOLEAN',
      'ARRAY',
      'OBJECT',
      'NULL',
    ],
  },
  ThinkingLevel: {
    values: ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH'],
  },
  FunctionCallingMode: { values: ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] },
  Behavior: { values: ['UNSPECIFIED', 'BLOCKING', 'NON_BLOCKING'] },
  Scheduling: { values: ['SCHEDULING_UNSPECIFIED', 'SILENT', 'WHEN_IDLE', 'INTERRUPT'] },
  Modality: { values: ['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'AUDIO', 'VIDEO'] },
  MediaProcessing: { values: ['MEDIA_PROCESSING_UNSPECIFIED', 'STATIC', 'AGENTIC'] },
  TranscriptionMode: { values: ['MODE_UNSPECIFIED', 'VERBATIM', 'SMART'] },
  MediaResolution: {
    values: [
      'MEDIA_RESOLUTION_UNSPECIFIED',
      'MEDIA_RESOLUTION_LOW',
      'MEDIA_RESOLUTION_MEDIUM',
      'MEDIA_RESOLUTION_HIGH',
      'MEDIA_RESOLUTION_ULTRA_HIGH',
    ],
  },
  Language: { values: ['LANGUAGE_UNSPECIFIED', 'PYTHON'] },
  Outcome: {
    values: ['OUTCOME_UNSPECIFIED', 'OUTCOME_OK', 'OUTCOME_FAILED', 'OUTCOME_DEADLINE_EXCEEDED'],
  },
  ToolType: {
    values: [
      'TOOL_TYPE_UNSPECIFIED',
      'GOOGLE_SEARCH_WEB',
      'GOOGLE_SEARCH_IMAGE',
      'URL_CONTEXT',
      'GOOGLE_MAPS',
      'FILE_SEARCH',
      'MEDIA_PROCESSING',
    ],
  },
  Environment: {
    values: [
      'ENVIRONMENT_UNSPECIFIED',
      'ENVIRONMENT_BROWSER',
      'ENVIRONMENT_MOBILE',
      'ENVIRONMENT_DESKTOP',
    ],
  },
  ServiceTier: { values: ['unspecified', 'standard', 'flex', 'priority'] },
}

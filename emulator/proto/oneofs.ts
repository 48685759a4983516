/** Groups of fields of which at most one may be set. */
export const ONEOFS: Record<string, { name: string; fields: readonly string[] }> = {
  Part: {
    name: 'data',
    fields: [
      'text',
      'inlineData',
      'fileData',
      'functionCall',
      'functionResponse',
      'executableCode',
      'codeExecutionResult',
      'toolCall',
      'toolResponse',
    ],
  },
}

/** Google's files in OpenAI's form. */
import { readFileForm, readFileQuery } from './body.ts'
import { toFileList, toFileObject } from './whole.ts'

export const OPENAI_FILES = {
  readForm: readFileForm,
  readQuery: readFileQuery,
  toFile: toFileObject,
  toList: toFileList,
}

/**
 * Some tools of Google's read stores of data, or sign in elsewhere, with the rights of the credential's owner: Vertex AI
 * takes the names of data stores, corpora, secrets and service accounts, the Gemini API those of file search stores
 * (docs/google.md: One upstream's fields). A secret even goes to an address that the request names.
 */
import { isRecord } from '../../json/record.ts'
import type { UriRef } from './uri-ref.ts'

/**
 * What an admin may allow: names in a project, such as `projects/p/locations/global/collections/c/dataStores/d`, and
 * file search stores, whose names tell of no project.
 */
export const STORE_PREFIX =
  /^projects\/[a-z0-9][\w.:-]{0,100}\/[^\s\\]{0,700}$|^fileSearchStores\/[\w-]{0,200}$/

/** The fields that name what is the owner's, as in `retrieval.vertexAiSearch.datastore` or `authConfig`. */
const NAMING =
  /^(?:data_?stores?|engine|rag_?corp(?:us|ora)|file_?search_?store_?names|api_?key_?secret(?:_?version)?|credential_?secret|service_?account)$/i
/** Even without a name it makes Google sign in as the owner. */
const SIGNING = /^google_?service_?account_?config$/i
/** Descriptions of a client's own functions. Google looks for nothing in them. */
const FUNCTIONS = /^(?:function_?declarations|parameters)$/i

/** What the tools of a request name so. */
export function ownedInTools(tools: unknown, path: string): readonly UriRef[] {
  const found: UriRef[] = []
  // A stack instead of recursion: the client decides how deep the value is.
  const open: { readonly at: string; readonly name: string; readonly value: unknown }[] = [
    { at: path, name: '', value: tools },
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, name, value } = next
    if (typeof value === 'string') {
      if (NAMING.test(name) && value.trim() !== '') found.push({ uri: value, param: at })
    } else if (Array.isArray(value)) {
      value.forEach((item: unknown, index) =>
        open.push({ at: `${at}[${index}]`, name, value: item }),
      )
    } else if (isRecord(value)) {
      if (SIGNING.test(name)) found.push({ uri: '', param: at })
      for (const [key, item] of Object.entries(value)) {
        if (!FUNCTIONS.test(key)) open.push({ at: `${at}.${key}`, name: key, value: item })
      }
    }
  }
  return found.toReversed()
}

import type { Access } from '../upstreams/credential.ts'

/** Google's text may quote the request at length, so it is cut to MAX_TEXT characters and not read beyond MAX_READ. */
const MAX_TEXT = 1000
const MAX_READ = 4000
const GONE = '…'

/**
 * How Google's messages about a request begin, in patterns that ignore case. Any other message may be about the
 * credential, the account or the project, and a form not seen before may hold anything, so it is not quoted. From the
 * corpus in test/upstreams and the emulator's rules.
 */
const BEGINNINGS = [
  // Google's names for methods, messages and fields; the last two rows are of whole words.
  'GenerateContent|EmbedContent|BatchEmbed|BatchGenerateContent|CountTokens|CachedContent',
  'Create(?:File|CachedContent)Request|Proto field|Model used by GenerateContent',
  'function|tool|system|generation_?config|response|schema|stop|max|top|temperature|seed',
  'penalty|logprobs|safety|thinking|thought|budget|image|media|voice|role|last_event_id',
  'allowed_function_names|google_search_retrieval|expire_?time|parameter|property|value|`',
  '(?:cached_?content|contents?|inline_?data|file_?(?:data|uri)|mime_?type|input|background|ttl)\\b',
  '(?:task_?type|auto_?truncate|output_?dimensionality|candidate_?count|speech_?config|(?:presence|frequency)_?penalty)\\b',
  // What a request holds.
  'audio|video|document|provided image|file |base64|text|token|number|search|setting|string|type',
  'enum|chunk size|upload |cached content\\b|not found: cached content\\b',
  'files/[\\w-]{1,100} already exists',
  // What is wrong with it.
  'unknown name|unsupported|additional|corrupted|duplicate|empty|missing|multiple|too many|only',
  'at (?:least|most)|exactly one\\b|either|each|cannot|could not|must|should|oneof|no ',
  'precondition|developer|built-in tools|you can only set|a schema\\b|reference to undefined',
  'failed to parse the input|unable to (?:submit|process)|requests ending',
  'you do not have permission to access the File|requested entity was not found',
  'invalid\\b(?! (?:JWT|grant|API|credential|auth|token))',
  'please (?:ensure|enable|set|use|provide|remove|specify)|request (?:contains|payload|must)',
  'the (?:input|thinking|referenced|model|video|image|audio|document|file|number|value|total)',
  'the (?:specified|response|function|tool|schema|system|content|prompt|parameter|field)',
  'the (?:property|generation|cached|request\\b|requested (?:combination|offset))',
  '(?:computer|browse|json|code|speech|google (?:search|maps)|url|explicit|continuation)\\b[\\w ]{0,40} not (?:supported|enabled)',
].join('|')

const ON_REQUESTS = new RegExp(`^\\s*(?:\\[\\s*)?(?:\\* ?)?(?:${BEGINNINGS})`, 'i')

/**
 * What looks like a secret of Google's, or tells who owns the credential. All repetitions are bounded, so that no
 * text can make matching slow.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,4000}?(?:-----END [A-Z ]{0,30}-----|$)/g, GONE],
  [/AIza[\w-]{6,200}/g, GONE],
  [/\bAQ(?:\.|%2e)[\w-]{6,300}/gi, GONE],
  [/ya29(?:\.|%2e)[\w.%-]{1,2000}/gi, GONE],
  [/\b1(?:\/|%2f){2}[\w-]{6,300}/gi, GONE],
  [/\b4\/[\w-]{20,300}/g, GONE],
  [/GOCSPX[-_][\w-]{1,100}/g, GONE],
  [/\beyJ[\w-]{5,4000}(?:\.[\w-]{1,4000}){0,2}/g, GONE],
  [/\b(Bearer)\s+[\w.~+/=-]{6,4000}/gi, `$1 ${GONE}`],
  [
    /\b(api[_ -]?key|access[_ -]?token|refresh[_ -]?token|client[_ -]?secret|client[_ -]?id|login[_ -]?hint|password|x-goog-(?:signature|credential|api-key)|cookie)(["'`]?\s*[:=]\s*["'`]?)[^\s"'`,;)]{1,500}/gi,
    `$1$2${GONE}`,
  ],
  [/\b[\w-]{1,120}\.apps\.googleusercontent\.com/gi, GONE],
  // An e-mail address, even if its project has already been cut out. Escaped, since one character beyond ASCII in a
  // pattern doubles the memory that the Worker's source takes (test/e2e/bundle.test.ts).
  [
    /[\w.+-]{1,100}(?:@|%(?:25){0,4}40|&#0*64;|&#x40;|\\u0040)[\w\u2026-]{1,100}(?:(?:\.|%2e)[\w-]{1,63}){1,6}/gi,
    GONE,
  ],
  [/\bprojects(\/|%2f)[^\s/%'"`)]{1,200}/gi, `projects$1${GONE}`],
  [
    /\b(project|consumer|tenant|account)(?:[ _-]?(?:number|id|name))?[\s:=#]{0,4}[`'"]?[\w.:-]{0,100}\d[\w.:-]{0,100}[`'"]?/gi,
    `$1 ${GONE}`,
  ],
  [/\b(organizations|folders|billingAccounts)(\/|%2f)[\w-]{1,100}/gi, `$1$2${GONE}`],
  [/(?<![\w-])[\dA-F]{6}-[\dA-F]{6}-[\dA-F]{6}(?![\w-])/gi, GONE],
  // The id of a key.
  [/(?<![\da-f])[\da-f]{32,}/gi, GONE],
  // The number of a project or an account: no count of tokens has so many digits.
  [/(?<![\w.])\d{11,21}(?![\w.]*\d)/g, GONE],
  // Base64, hex or a signature: no word has this many characters without a blank.
  [/[A-Za-z0-9+/_=-]{64,}/g, GONE],
]

/**
 * Google's message about a request, without anything that tells whose credential it was; null if it must not be
 * quoted at all. Pure.
 */
export function quotable(message: string, { auth, project, quotaProject }: Access): string | null {
  let text = message.slice(0, MAX_READ)
  if (!ON_REQUESTS.test(text)) return null
  const own = [auth.value, project, quotaProject].filter(isPresent)
  for (const value of own) {
    for (const form of formsOf(value)) text = withoutForm(text, form)
    if (ESCAPE.test(text)) text = text.replaceAll(escapedForms(value), GONE)
  }
  text = text.replace(ENCODED, (run) => (holdsSecret(run, own) ? GONE : run))
  for (const [pattern, instead] of SECRETS) text = text.replace(pattern, instead)
  const short = text.trim().slice(0, MAX_TEXT)
  return short === '' ? null : short
}

function isPresent(value: string | null): value is string {
  return value !== null && value !== ''
}

/** Case is ignored, since names of projects are written in either case. */
function withoutForm(text: string, form: string): string {
  return text.replaceAll(new RegExp(form.replaceAll(/[^\w-]/g, String.raw`\$&`), 'gi'), GONE)
}

const ENCODED = /[A-Za-z0-9+/_-]{12,}={0,2}/g

/** Whether the text is base64 of something that contains an e-mail address or one of the values. */
function holdsSecret(run: string, own: readonly string[]): boolean {
  const alphabet = /[-_]/.test(run) ? 'base64url' : 'base64'
  try {
    const bytes = Uint8Array.fromBase64(run, { alphabet, lastChunkHandling: 'loose' })
    const text = new TextDecoder('latin1').decode(bytes)
    return /[\w.+-]@[\w-]+\.\w/.test(text) || own.some((value) => text.includes(value))
  } catch {
    return false
  }
}

const ESCAPE = /\\u00|%|&#/

/** The value with any of its characters escaped as in JSON, addresses or HTML, once or several times. */
function escapedForms(value: string): RegExp {
  const characters = value.split('').map((character) => {
    const code = character.charCodeAt(0)
    const hex = code.toString(16).padStart(2, '0')
    const plain = character.replace(/[^\w-]/, String.raw`\$&`)
    return `(?:${plain}|\\\\{1,4}u00${hex}|%(?:25){0,4}${hex}|&#0*${code};|&#x0*${hex};)`
  })
  return new RegExp(characters.join(''), 'gi')
}

/**
 * The forms in which a text may contain a value: plain, as in addresses, JSON, base64 and hex. The longest come
 * first.
 */
function formsOf(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value)
  const forms = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toBase64({ omitPadding: true }),
    bytes.toBase64({ alphabet: 'base64url', omitPadding: true }),
    bytes.toHex(),
  ]
  return [...new Set(forms)].toSorted((one, other) => other.length - one.length)
}

import type { Access } from '../upstreams/credential.ts'

/** Google's text is cut here: it may quote the request at length. Longer ones are not looked at beyond MAX_READ. */
const MAX_TEXT = 1000
const MAX_READ = 4000
const GONE = '…'

/**
 * How Google's words on a request begin. What begins otherwise may be on the credential, the account or the project, and is not
 * quoted: nobody can say what stands in a form that nobody has seen. From the corpus in test/upstreams and the emulator's rules.
 */
const ON_REQUESTS =
  /^\s*(?:\[?\s*)?(?:\* ?)?(?:GenerateContentRequest|GenerateContent|EmbedContent|BatchEmbed|CountTokens|CachedContent|Invalid\b(?! (?:JWT|grant|API|credential|auth|token))|Unknown name|Unable to (?:submit|process)|The (?:input|request\b|requested (?:combination|offset)|thinking|referenced|model|video|image|audio|document|file|number|value|total|specified|response|function|tool|schema|system|content|prompt|parameter|field|property|generation|cached)|You do not have permission to access the File|Requested entity was not found|Upload |Please (?:ensure|enable|set|use|provide|remove|specify)|Request (?:contains|payload|must)|Requests ending|Function|Built-in tools|Tool|Multiple|Penalty|Voice|Image|Audio|Video|Media|Document|Unsupported|Additional|Corrupted|Base64|Only|At (?:least|most)|Cannot|Could not|Either|Each|Missing|Must|No |Role|Schema|Search|Setting|Stop|System|Temperature|Thinking|Thought|Developer|Duplicate|Empty|Enum|File |Budget|Logprobs|Max|Number|Parameter|Precondition|Proto field|Property|Response|Safety|Seed|Text|Token|Top|Too many|Value|`|contents?\b|tools?\b|generation_?config|system_?instruction|should|must|oneof|string|type|(?:output_?dimensionality|task_?type|auto_?truncate|max_?output_?tokens|candidate_?count|stop_?sequences?|top_?[kp]|thinking_?(?:budget|level|config)|response_?(?:schema|json_?schema|mime_?type|modalities|format)|(?:presence|frequency)_?penalty|media_?resolution|(?:file|inline)_?data|file_?uri|mime_?type|function_?(?:call|response|declarations?|calling_?config)|cached_?content|safety_?settings?|image_?config|speech_?config|seed)\b)/i

/** What looks like a secret of Google's, or tells whose the credential is. Runs are bounded, so that no text takes long. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,4000}?(?:-----END [A-Z ]{0,30}-----|$)/g, GONE],
  [/\bAIza[\w-]{6,200}/g, GONE],
  [/\bAQ\.[\w-]{6,300}/g, GONE],
  [/\bya29\.[\w.-]{1,2000}/g, GONE],
  [/\b1\/\/[\w-]{6,300}/g, GONE],
  [/\b4\/[\w-]{20,300}/g, GONE],
  [/\bGOCSPX-[\w-]{1,100}/g, GONE],
  [/\beyJ[\w-]{5,4000}(?:\.[\w-]{1,4000}){0,2}/g, GONE],
  [/\b(Bearer)\s+[\w.~+/=-]{6,4000}/gi, `$1 ${GONE}`],
  [
    /\b(api[_ -]?key|access[_ -]?token|refresh[_ -]?token|client[_ -]?secret|password)(["'`]?\s*[:=]\s*["'`]?)[^\s"'`,;)]{1,500}/gi,
    `$1$2${GONE}`,
  ],
  [/\b[\w-]{1,120}\.apps\.googleusercontent\.com/gi, GONE],
  // An address at a project whose name is already cut out is one still.
  [
    /[\w.+-]{1,100}(?:@|%40|&#0*64;|&#x40;|\\u0040)[\w…-]{1,100}(?:(?:\.|%2e)[\w-]{1,63}){1,6}/gi,
    GONE,
  ],
  [/\bprojects(\/|%2f)[^\s/%'"`)]{1,200}/gi, `projects$1${GONE}`],
  [/\b(project)[\s:=#]{0,4}[`'"]?[\w.:-]{0,100}\d[\w.:-]{0,100}[`'"]?/gi, `$1 ${GONE}`],
  [/\b(organizations|folders|billingAccounts)(\/|%2f)[\w-]{1,100}/gi, `$1$2${GONE}`],
  // A number of a project or an account; of tokens nobody has so many.
  [/(?<![\w.])\d{11,21}(?![\w.]*\d)/g, GONE],
  // Nothing that a model or a person says is so long without a blank: base64, hex, a signature.
  [/[A-Za-z0-9+/_=-]{64,}/g, GONE],
]

/** Google's words on a request, without what says whose credential it was; null where they are not to be quoted at all. Pure. */
export function quotable(message: string, { auth, project, quotaProject }: Access): string | null {
  let text = message.slice(0, MAX_READ)
  if (!ON_REQUESTS.test(text)) return null
  for (const own of [auth.value, project, quotaProject]) {
    if (own === null || own === '') continue
    for (const form of formsOf(own)) text = text.replaceAll(form, GONE)
  }
  for (const [pattern, instead] of SECRETS) text = text.replace(pattern, instead)
  const short = text.trim().slice(0, MAX_TEXT)
  return short === '' ? null : short
}

/** A value as it is, and as addresses, HTML and base64 have it; the longest first. */
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

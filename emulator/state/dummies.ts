/** Signatures that Google accepts although it never gave them out. They are compared as bytes, like all others. */

/**
 * @langchain/google-genai 2.3.2 puts this signature on every unsigned call to a "gemini-3" model. Since it was
 * released that way, Google is assumed to accept it.
 */
const LANGCHAIN =
  'ErYCCrMCAdHtim9kOoOkrPiCNVsmlpMIKd7ZMxgiFbVQOkgp7nlLcDMzVsZwIzvuT7nQROivoXA72ccC2lSDvR0Gh7dkWaGuj7ct' +
  'v6t7ZceHnecx0QYa+ix8tYpRfjhyWozQ49lWiws6+YGjCt10KRTyWsZ2h6O7iHTYJwKIRwGUHRKy/qK/6kFxJm5ML00gLq4D8s5Z' +
  '6DBpp2ZlR+uF4G8jJgeWQgyHWVdx2wGYElaceVAc66tZdPQRdOHpWtgYSI1YdaXgVI8KHY3/EfNc2YqqMIulvkDBAnuMhkAjV9xm' +
  'Ba54Tq+ih3Im4+r3DzqhGqYdsSkhS0kZMwte4Hjs65dZzCw9lANxIqYi1DJ639WNPYihp/DCJCos7o+/EeSPJaio5sgWDyUnMGkY' +
  '1atsJZ+m7pj7DD5tvQ=='

/**
 * LiteLLM 1.110.2 writes the first one in base64, as google-genai does where it is given as bytes. Both were released
 * that way, so Google is assumed to accept it.
 */
const AS_BYTES = btoa('skip_thought_signature_validator')

/** The first two stand in Google's guide on thought signatures. */
export const DUMMIES = [
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
  LANGCHAIN,
  AS_BYTES,
] as const

/** Errors with 499 and 5xx (docs/google.md: Errors by status). */
import { failure } from './failure.ts'
import type { Failure } from './failure.ts'
import { capacity } from './quota-presets.ts'
import type { PresetContext } from './context.ts'

export const SERVER_PRESETS = {
  '499': () => failure(499, 'The operation was cancelled.'),
  '500': () => failure(500, 'Internal error encountered.'),
  '500_retry': () =>
    failure(
      500,
      'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
    ),
  '501': () => failure(501, 'Operation is not implemented, or supported, or enabled.'),
  '502_html': () => html(502, 'Server Error'),
  '503_overloaded': () =>
    failure(
      503,
      'This model is currently experiencing high demand. Spikes in demand are usually temporary. ' +
        'Please try again later.',
    ),
  '503_overloaded_old': () => failure(503, 'The model is overloaded. Please try again later.'),
  '503_capacity': (context: PresetContext) => capacity(503, context),
  '504': () => failure(504, 'Deadline expired before operation could complete.'),
  '504_html': () => html(504, 'Gateway Timeout'),
}

type HtmlFailure = Failure & { body: string }

/** Google's front end answers in HTML if no service was reached. */
export function html(status: number, title: string, text = 'That’s all we know.'): HtmlFailure {
  return {
    status,
    body:
      '<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n' +
      `<title>Error ${status} (${title})!!1</title>\n` +
      `<p><b>${status}.</b> <ins>That’s an error.</ins>\n<p>${text}\n</html>\n`,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
  }
}

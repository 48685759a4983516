import * as v from 'valibot'
import { settings } from './user-schema.ts'
import { lazy } from '../../lazy.ts'

/** Becomes part of an address. */
export const planName = lazy(() =>
  v.pipe(
    v.string('a string'),
    v.regex(
      /^[A-Za-z0-9][\w.-]{0,63}$/,
      'must be a name of at most 64 letters, digits, dots, dashes or underscores',
    ),
  ),
)

const {
  label: _label,
  disabled: _disabled,
  expires_at: _expiresAt,
  plan: _plan,
  ...shared
} = settings()

/** What many users may share. Name, expiry and the like stay with each user. */
export const planBody = lazy(() => v.strictObject(shared))

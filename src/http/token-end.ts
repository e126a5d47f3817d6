/**
 * When a token that was accepted ends, in milliseconds since 1970; undefined where it does not say. Not a check: whoever
 * identified the caller has verified it, and would refuse it from then on.
 */
export function tokenEndMs(authorization: string | undefined): number | undefined {
  const [, payload = ''] = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]+ *$/i.exec(authorization ?? '') ?? [];
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

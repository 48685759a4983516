/**
 * A client whose base URL ends in a slash asks for paths such as `//v1/models`. Each run of slashes is taken for one.
 */
export function withPlainSlashes(request: Request): Request {
  const { url } = request
  const path = url.indexOf('/', url.indexOf('//') + 2)
  const query = url.indexOf('?', path)
  const end = query === -1 ? url.length : query
  const twice = url.indexOf('//', path)
  if (path === -1 || twice === -1 || twice >= end) return request
  const plain = url.slice(path, end).replaceAll(/\/{2,}/g, '/')
  return new Request(url.slice(0, path) + plain + url.slice(end), request)
}

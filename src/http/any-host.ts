/**
 * A client may send anything as its Host, and workerd builds the address of it. If that is none, only the path counts:
 * nothing but the address of an upload depends on the host.
 */
export function withAnyHost(request: Request): Request {
  const { url } = request
  if (URL.canParse(url)) return request
  const path = url.indexOf('/', url.indexOf('//') + 2)
  return new Request(`http://localhost${path === -1 ? '/' : url.slice(path)}`, request)
}

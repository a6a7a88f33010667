/** Routes with `:name` parts. The first that fits wins, so list the literal ones before those with parts. */
export interface RouteMatch<Route> {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

export const matchRoute = <Route extends { readonly method: string; readonly path: string }>(
  routes: ReadonlyArray<Route>,
  method: string,
  path: string
): RouteMatch<Route> | undefined => {
  const parts = path.split("/").filter((part) => part !== "")
  for (const route of routes) {
    if (route.method !== method) continue
    const params = paramsOf(route.path.split("/").filter((part) => part !== ""), parts)
    if (params !== undefined) return { route, params }
  }
  return undefined
}

const paramsOf = (
  pattern: ReadonlyArray<string>,
  parts: ReadonlyArray<string>
): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    const given = parts[i] ?? ""
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(given)
    else if (part !== given) return undefined
  }
  return params
}

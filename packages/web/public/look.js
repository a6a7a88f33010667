// Sets theme and density before the first paint; the preferences themselves belong to src/preferences/Preferences.ts.
;(() => {
  let look = {}
  try {
    look = JSON.parse(localStorage.getItem("keepgaining.preferences") ?? "{}") ?? {}
  } catch {
    // Unreadable preferences are no preferences.
  }
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"
  const root = document.documentElement
  root.dataset.theme = look.theme === "light" || look.theme === "dark" ? look.theme : system
  root.dataset.density = look.density === "cosy" ? "cosy" : "compact"
  root.dataset.palette = look.palette === "blue-orange" ? "blue-orange" : "standard"
})()

import tailwind from "@tailwindcss/vite"
import { defineConfig } from "vite"
import solid from "vite-plugin-solid"

/** Where `vite dev` finds a running engine; the built terminal is served by the engine itself. */
const engine = "http://localhost:4280"

export default defineConfig({
  plugins: [solid(), tailwind()],
  build: {
    target: "es2023",
    // The content security policy allows files of our own only, so nothing may be inlined as a data address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false
  },
  server: {
    proxy: {
      "/rpc": { target: engine, ws: true },
      "/login": engine,
      "/logout": engine,
      "/kill": engine
    }
  }
})

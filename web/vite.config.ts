// SPDX-License-Identifier: Apache-2.0
// Builds every entry into the console's static folder, with a manifest that the {% entry %} template tag reads.
import { existsSync } from "node:fs";
import { defineConfig } from "vite";
import { compressed, iconSet, printFonts } from "./build-steps.ts";

const OUT = "../belltower/screens/console/static/built";
// An entry is what a page asks for by name. MAP's islands are entries of their own, so other pages do not pay for them.
const ENTRIES = ["src/theme.ts", "src/console.ts", "src/charts.ts", "src/map/main.ts", "src/map/locator.ts", "src/map/findings.ts", "src/ledger/main.ts", "src/alarms/main.ts", "src/public/main.ts", "src/public/map.ts", "src/field/main.ts", "src/field/worker.ts"];

export default defineConfig({
  base: "./",
  logLevel: "warn",
  publicDir: false,
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1600,
    reportCompressedSize: false,
    rolldownOptions: {
      input: ENTRIES.filter((entry) => existsSync(entry)),
      // htmx can evaluate attributes; console.ts switches that off, and the content security policy forbids it.
      checks: { eval: false },
    },
  },
  plugins: [iconSet(OUT), printFonts(OUT), compressed(OUT)],
});

// SPDX-License-Identifier: Apache-2.0
// Three steps of the build that Vite does not have: the icons as one file for the server, the fonts that books are printed
// with, and gzip beside each text.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const ICONS = "node_modules/@tabler/icons/icons/outline";
const FONTS = "node_modules/@expo-google-fonts/noto-sans-sc";
const PRINTED = ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf", "LICENSE_FONT"];
const TEXTS = /\.(js|css|svg|json)$/;

/** All outline icons as {name: inner SVG}: a pack may name any of them, and the server puts it into the page. */
export function iconSet(out: string): Plugin {
  return {
    name: "icon-set",
    apply: "build",
    closeBundle() {
      const icons = Object.fromEntries(
        readdirSync(ICONS)
          .filter((file) => file.endsWith(".svg"))
          .map((file) => [file.slice(0, -4), inner(readFileSync(join(ICONS, file), "utf8"))]),
      );
      writeFileSync(join(out, "icons.json"), JSON.stringify(icons));
    },
  };
}

/** Whole fonts for typesetting on the server (no page asks for them), with their licence (OFL 1.1). */
export function printFonts(out: string): Plugin {
  return {
    name: "print-fonts",
    apply: "build",
    closeBundle() {
      mkdirSync(join(out, "fonts"), { recursive: true });
      for (const file of PRINTED) copyFileSync(join(FONTS, file), join(out, "fonts", basename(file)));
    },
  };
}

/** A .gz beside every text over 1 kB, which the web server sends as it is. */
export function compressed(out: string): Plugin {
  return {
    name: "compressed",
    apply: "build",
    closeBundle() {
      for (const file of readdirSync(out, { recursive: true, encoding: "utf8" })) {
        if (!TEXTS.test(file) || file.endsWith("icons.json")) continue;
        const body = readFileSync(join(out, file));
        if (body.length > 1024) writeFileSync(join(out, `${file}.gz`), gzipSync(body, { level: 9 }));
      }
    },
  };
}

function inner(svg: string): string {
  const paths = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));
  return paths.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s*\n\s*/g, "");
}

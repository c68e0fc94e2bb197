// SPDX-License-Identifier: Apache-2.0
// The map's colours, from the page's tokens: greys at rest, in light and in dark.

export interface Colours {
  isDark: boolean;
  ground: string;
  paper: string;
  ink: string;
  quiet: string;
  line: string;
  strong: string;
  accent: string;
  hazards: [string, string, string, string]; // by priority
}

export function colours(): Colours {
  const root = document.documentElement;
  const style = getComputedStyle(root);
  const token = (name: string): string => style.getPropertyValue(`--bt-${name}`).trim();
  return {
    isDark: root.getAttribute("data-bs-theme") === "dark",
    ground: token("ground"),
    paper: token("paper"),
    ink: token("ink"),
    quiet: token("ink-quiet"),
    line: token("line"),
    strong: token("line-strong"),
    accent: token("accent"),
    hazards: [token("hazard-major"), token("hazard-serious"), token("hazard-general"), token("hazard-low")],
  };
}

/** A pack's tone for the present theme: in the dark, as light as it was dark. */
export function toned(hex: string, isDark: boolean): string {
  if (!isDark) return hex;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const lightness = (Math.max(red!, green!, blue!) + Math.min(red!, green!, blue!)) / 2;
  const shift = 255 - 2 * lightness;
  const turned = [red!, green!, blue!].map((part) => Math.min(225, Math.max(30, Math.round(part + shift * 0.85))));
  return `#${turned.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

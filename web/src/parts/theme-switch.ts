// SPDX-License-Identifier: Apache-2.0
// The switch between light, dark and "as the system": kept in a cookie, so that the server paints the right one at once.
const YEAR = 365 * 24 * 3600;

export function listenToTheme(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-choose-theme]");
    if (button) choose(button.dataset["chooseTheme"] ?? "auto");
  });
  mark(document.documentElement.dataset["theme"] ?? "auto");
}

function choose(theme: string): void {
  const root = document.documentElement;
  document.cookie = `bt_theme=${theme};path=/;max-age=${YEAR};samesite=lax`;
  root.dataset["theme"] = theme;
  const isDark = theme === "dark" || (theme === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-bs-theme", isDark ? "dark" : "light");
  mark(theme);
  document.dispatchEvent(new CustomEvent("bt:theme"));
}

function mark(theme: string): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-choose-theme]"))
    one.setAttribute("aria-pressed", String(one.dataset["chooseTheme"] === theme));
}

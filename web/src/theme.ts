// SPDX-License-Identifier: Apache-2.0
// Sets light or dark before the first paint: what the person chose (a cookie), else what the system says.
// Loaded as a classic script in the head, so it imports nothing.
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const chosen = root.dataset["theme"] ?? "auto";
  root.setAttribute("data-bs-theme", chosen === "auto" ? (system.matches ? "dark" : "light") : chosen);
}

apply();
system.addEventListener("change", () => {
  apply();
  document.dispatchEvent(new CustomEvent("bt:theme"));
});

// SPDX-License-Identifier: Apache-2.0
// A page whose live part cannot reach the server says so at the top, and stops saying so when it can again.
export function listenToConnection(): void {
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
    document.addEventListener(name, () => show(true));
  document.addEventListener("htmx:afterOnLoad", () => show(false));
}

function show(isLost: boolean): void {
  document.querySelector("#connection-lost")?.toggleAttribute("hidden", !isLost);
}

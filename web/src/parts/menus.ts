// SPDX-License-Identifier: Apache-2.0
// Menus are <details class="bt-menu">: they work without a script; here they only learn to close.
export function listenToMenus(): void {
  document.addEventListener("click", (event) => closeOthers(event.target as Node));
  document.addEventListener("focusin", (event) => closeOthers(event.target as Node));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector<HTMLDetailsElement>("details.bt-menu[open]");
    open?.querySelector("summary")?.focus();
    open?.removeAttribute("open");
  });
}

function closeOthers(target: Node): void {
  for (const menu of document.querySelectorAll("details.bt-menu[open]"))
    if (!menu.contains(target)) menu.removeAttribute("open");
}

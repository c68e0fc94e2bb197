// SPDX-License-Identifier: Apache-2.0
// The desk works by keyboard: `/` search, `j` `k` rows, `e` open, `g` then a letter to go somewhere, `?` the keys.
const GO: Record<string, string> = { m: "map", w: "alarms", a: "assets", s: "standards", f: "findings", n: "learning", r: "areas", l: "loads", j: "jobs", p: "packs" };
let isGoing = false;

export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (act(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-show-keys]")) keys()?.showModal();
    if (target.closest("[data-hide-keys]")) keys()?.close();
  });
}

function act(key: string): boolean {
  if (isGoing) return go(key);
  switch (key) {
    case "/":
      return focusSearch();
    case "?":
      keys()?.showModal();
      return true;
    case "j":
      return move(1);
    case "k":
      return move(-1);
    case "e":
      return open();
    case "g":
      isGoing = true;
      return true;
    default:
      return false;
  }
}

function go(key: string): boolean {
  isGoing = false;
  const link = document.querySelector<HTMLAnchorElement>(`[data-go="${GO[key] ?? ""}"]`);
  link?.click();
  return link !== null;
}

function focusSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>("[data-search]");
  box?.focus();
  box?.select();
  return box !== null;
}

function move(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.classList.contains("bt-row-at"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  rows[at]?.classList.remove("bt-row-at");
  next?.classList.add("bt-row-at");
  next?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

function open(): boolean {
  const link = document.querySelector<HTMLAnchorElement>(".bt-row-at a");
  link?.click();
  return Boolean(link);
}

function keys(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("#keys");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
}

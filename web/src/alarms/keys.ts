// SPDX-License-Identifier: Apache-2.0
// `a` acknowledges and `s` shelves: the row that is marked, or else the first one that can be; on an alarm's page, it.
import { living, marked } from "./fresh";

export function listenToAlarmKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return; // "g a" goes to the assets
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    if (event.key === "a" && press("[data-acknowledge]")) event.preventDefault();
    if (event.key === "s" && press("[data-shelve]")) {
      event.preventDefault();
      document.querySelector<HTMLElement>("details.bt-shelve[open] [name=note]")?.focus();
    }
  });
}

function press(what: string): boolean {
  const button = (marked() ?? living())?.querySelector<HTMLElement>(what);
  button?.click();
  return Boolean(button);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, textarea, dialog *");
}

// SPDX-License-Identifier: Apache-2.0
// The living part asks for itself again when something moved (server-sent events, where the page names their address),
// and every two seconds where that is not heard. Never while somebody types in it or has a menu of it open.
import htmx from "htmx.org";

const EVERY_MS = 2000;
const HEARD_EVERY_MS = 15000; // with live events, a look now and then all the same
const TOGETHER_MS = 150;
const AGAIN_MS = 5000;

let lastLook = Date.now();
let isHeard = false;

export function keepFresh(): void {
  let row: string | undefined;
  document.addEventListener("htmx:beforeSwap", () => (row = marked()?.dataset["alarm"]));
  document.addEventListener("htmx:afterSwap", () => {
    document.querySelector(`[data-row][data-alarm="${row ?? ""}"]`)?.classList.add("bt-row-at");
    if (document.querySelector("[data-waiting]")) window.setTimeout(look, 400); // a command that a worker has in hand
  });
  window.setInterval(() => {
    if (Date.now() - lastLook >= (isHeard ? HEARD_EVERY_MS : EVERY_MS)) look();
  }, 500);
  if (document.querySelector("[data-waiting]")) window.setTimeout(look, 400);
  listen();
}

export function living(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#alarms, #alarm");
}

export function marked(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-row].bt-row-at");
}

function look(): void {
  const part = living();
  if (!part || isBusy(part)) return; // also behind another tab: an alarm is heard there
  lastLook = Date.now();
  htmx.trigger(part, "bt:refresh");
}

function isBusy(part: HTMLElement): boolean {
  const at = document.activeElement;
  const isTyping = at !== null && part.contains(at) && at.matches("input, select, textarea");
  return isTyping || part.querySelector("details.bt-menu[open]") !== null;
}

function listen(): void {
  const address = living()?.dataset["live"];
  if (!address) return;
  const events = new EventSource(address);
  let planned = 0;
  events.addEventListener("open", () => (isHeard = true));
  events.addEventListener("error", () => {
    isHeard = false;
    // A ticket that is over: the part has a fresh one by its next look.
    if (events.readyState === EventSource.CLOSED) window.setTimeout(listen, AGAIN_MS);
  });
  events.addEventListener("alarm", () => {
    window.clearTimeout(planned);
    planned = window.setTimeout(look, TOGETHER_MS);
  });
}

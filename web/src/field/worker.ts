// SPDX-License-Identifier: Apache-2.0
// The service worker of the field pages: pages come from the network, and from what was kept where there is none. Built into
// our own files without imports; it answers for nothing outside of /field/ and our static files, and keeps nothing that is sent.
interface Lasting extends Event {
  waitUntil(what: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  respondWith(what: Promise<Response>): void;
}
interface Told extends Lasting {
  readonly data: { readonly pages?: string[]; readonly files?: string[]; readonly forget?: boolean };
}
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate", then: (event: Lasting) => void): void;
  addEventListener(kind: "fetch", then: (event: Asked) => void): void;
  addEventListener(kind: "message", then: (event: Told) => void): void;
}

const worker = self as unknown as Worker;
const PAGES = "belltower-field-pages";
const FILES = "belltower-field-files";
const STATIC = "/static/";
const SPACE = new URL(worker.registration.scope).pathname;

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("message", (event) => event.waitUntil(event.data.forget ? forget() : keep(event.data.pages ?? [], event.data.files ?? [])));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith(STATIC)) event.respondWith(file(request));
  else if (isPage(pathname)) event.respondWith(page(request, pathname));
});

/** What may be kept: the list, tasks, and pictures of evidence; not the state, nor the worker itself. */
function isPage(pathname: string): boolean {
  return pathname.startsWith(SPACE) && pathname.endsWith("/");
}

async function page(request: Request, pathname: string): Promise<Response> {
  const kept = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (answer.type === "opaqueredirect" || answer.redirected) await forget(); // somebody has to sign in: it may be another
    else if (answer.ok) await kept.put(pathname, answer.clone());
    return answer;
  } catch (away) {
    const before = (await kept.match(pathname)) ?? (request.mode === "navigate" ? await kept.match(SPACE) : undefined);
    if (before) return before;
    throw away;
  }
}

async function file(request: Request): Promise<Response> {
  const kept = await caches.open(FILES);
  const before = await kept.match(request.url);
  if (before) return before;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request.url, answer.clone());
  return answer;
}

/** Keep these pages and no others: what is no task of theirs any more goes. */
async function keep(pages: string[], files: string[]): Promise<void> {
  const kept = await caches.open(PAGES);
  for (const one of await kept.keys()) if (!pages.includes(new URL(one.url).pathname)) await kept.delete(one);
  await Promise.allSettled([
    ...pages.map((one) => page(new Request(one, { credentials: "same-origin" }), one)),
    ...files.map((one) => file(new Request(one))),
  ]);
}

async function forget(): Promise<void> {
  await caches.delete(PAGES);
}

// SPDX-License-Identifier: Apache-2.0
// The field pages with a script: what is done is kept on the telephone first and sent when it can be; without one, the forms
// are sent as they are. Positions are asked for when a photo is chosen, and never otherwise.
import "../style/public.css";
import "../style/public-cases.css";
import "../style/field.css";
import * as queue from "./queue";
import { send, state, type State } from "./send";

const FINE = 6;
const PATIENCE_MS = 15_000;
const main = document.querySelector<HTMLElement>("[data-field]");
const words = main?.dataset ?? {};
const line = document.querySelector<HTMLElement>("[data-line]");
const list = document.querySelector<HTMLElement>("[data-queue-list]");
const positions = new Map<File, Promise<GeolocationPosition | null>>();
const chosenAt = new Map<File, string>();
let latest: State | null = null;

if (main && line && list) begin();

function begin(): void {
  for (const form of forms()) form.addEventListener("submit", (event) => void submitted(event, form));
  for (const input of document.querySelectorAll<HTMLInputElement>("[data-photo]")) input.addEventListener("change", () => chosen(input));
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-locate]")) near(button);
  addEventListener("online", () => void synchronise());
  addEventListener("offline", () => say("offline"));
  document.addEventListener("visibilitychange", () => document.hidden || void synchronise());
  void draw().then(synchronise);
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register(words["worker"]!, { scope: words["tasks"]! });
}

function forms(): NodeListOf<HTMLFormElement> {
  return document.querySelectorAll<HTMLFormElement>("form[data-act]");
}

/** Send what waits, then keep what the telephone needs off-line. A page whose case went on is read anew. */
async function synchronise(): Promise<void> {
  const found = await state(words["field"]!);
  if (found === null || found === "signed-out") return say(found ?? "offline");
  if (found.who !== words["who"]) return location.reload(); // somebody else is signed in: their page, and their queue
  latest = found;
  const before = (await queue.all(found.who)).filter((act) => act.status === "waiting").length;
  const came = await send(words["acts"]!, found);
  await draw();
  if (came !== "sent") return say(came);
  if (before) return location.assign(words["tasks"]!);
  line!.hidden = true;
  await keep(found);
}

/** Let the service worker keep the list, each task, and the files that this page needed. */
async function keep(found: State): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const ready = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((one) => one.name).filter((one) => new URL(one).pathname.startsWith("/static/"));
  const channel = { pages: [words["tasks"]!, ...found.tasks.map((one) => one.address)], files };
  ready.active?.postMessage(channel);
}

async function submitted(event: SubmitEvent, form: HTMLFormElement): Promise<void> {
  event.preventDefault();
  const field = (name: string): string => form.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name=${name}]`)?.value ?? "";
  const files = [...form.querySelectorAll<HTMLInputElement>("[data-photo]")].flatMap((one) => [...(one.files ?? [])]);
  const waiting = await waitingFor(field("case"));
  await queue.put({
    key: field("key"), order: Date.now(), who: words["who"]!, case: field("case"), step: field("step"), title: form.dataset["title"] ?? "",
    text: field("text"), seen: waiting ? "" : field("seen"), follows: waiting?.key ?? "", at: new Date().toISOString(),
    photos: await Promise.all(files.map(photo)), status: "waiting", said: "", uid: "",
  });
  form.reset();
  await draw();
  if (line) [line.textContent, line.hidden] = [words["kept"] ?? line.dataset["kept"] ?? "", false];
  await synchronise();
}

async function photo(file: File): Promise<queue.Photo> {
  const at = chosenAt.get(file) ?? new Date().toISOString();
  const found = (await positions.get(file)) ?? null;
  const { longitude = null, latitude = null, accuracy = null } = found?.coords ?? {};
  return { blob: file, name: file.name, at, lon: longitude, lat: latitude, unsure: accuracy };
}

/** A photo was taken now and here; from the album it says itself when and where. */
function chosen(input: HTMLInputElement): void {
  const said = input.closest("label")?.querySelector("span");
  for (const file of input.files ?? []) {
    chosenAt.set(file, new Date(Math.min(file.lastModified, Date.now())).toISOString());
    positions.set(file, position());
  }
  const names = [...(input.files ?? [])].map((one) => one.name).join(", ");
  if (said && names) said.textContent = names;
  input.closest("label")?.classList.toggle("bt-public-file-chosen", Boolean(names));
}

function position(): Promise<GeolocationPosition | null> {
  if (!("geolocation" in navigator) || !isSecureContext) return Promise.resolve(null);
  return new Promise((done) => navigator.geolocation.getCurrentPosition(done, () => done(null), { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 30_000 }));
}

function near(button: HTMLButtonElement): void {
  const form = button.form;
  if (!form || !("geolocation" in navigator) || !isSecureContext) return;
  form.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const found = await position();
    button.disabled = false;
    if (!found) return;
    for (const [name, value] of [["lon", found.coords.longitude], ["lat", found.coords.latitude]] as const)
      form.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value.toFixed(FINE);
    form.submit();
  });
}

async function waitingFor(of: string): Promise<queue.Act | undefined> {
  return (await queue.all(words["who"]!)).filter((act) => act.status === "waiting" && act.case === of).at(-1);
}

/** The queue as it stands, and of this page's forms those that come next. */
async function draw(): Promise<void> {
  const acts = await queue.all(words["who"]!);
  document.querySelector<HTMLElement>("[data-queue]")!.hidden = acts.length === 0;
  list!.replaceChildren(...acts.map(item));
  for (const task of document.querySelectorAll<HTMLElement>("[data-task]"))
    task.classList.toggle("bt-field-waits", acts.some((act) => act.case === task.dataset["task"] && act.status === "waiting"));
  hideTold(acts.map((act) => act.key));
  const here = document.querySelector<HTMLElement>("[data-case]")?.dataset["case"];
  const last = here ? await waitingFor(here) : undefined;
  if (last) for (const form of forms()) open(form, last.step);
}

/** What the city tells of an act that is still on this telephone stands there already. */
function hideTold(keys: string[]): void {
  const told = [...document.querySelectorAll<HTMLElement>("[data-key]")];
  for (const one of told) one.hidden = keys.includes(one.dataset["key"] ?? "");
  const section = document.querySelector<HTMLElement>("[data-conflicts]");
  if (section) section.hidden = told.every((one) => one.hidden);
}

function open(form: HTMLFormElement, after: string): void {
  const isNext = form.dataset["follows"] === after;
  form.hidden = !isNext;
  const folded = form.closest<HTMLElement>("details");
  if (folded) folded.hidden = !isNext;
}

function item(act: queue.Act): HTMLElement {
  const shown = document.querySelector<HTMLElement>("[data-queue]")!.dataset;
  const found = document.createElement("li");
  found.dataset["status"] = act.status;
  found.append(part("strong", `${act.title} ${act.case}`), part("span", ` ${shown[act.status] ?? ""}`));
  if (act.photos.length) found.append(part("span", ` · ${shown["photos"] ?? ""} ${act.photos.length}`));
  if (act.said) found.append(part("p", act.said));
  if (act.text) found.append(part("p", act.text));
  if (act.status !== "waiting") found.append(button(shown["again"] ?? "", () => again(act)), button(shown["aside"] ?? "", () => aside(act)));
  return found;
}

/** Once more as a new act, based on the case as it is now: whoever presses it has read why it was not done. */
async function again(act: queue.Act): Promise<void> {
  const seen = latest?.tasks.find((one) => one.case === act.case)?.seen;
  await queue.put({ ...act, key: crypto.randomUUID(), seen: seen === undefined ? "" : String(seen), follows: "", status: "waiting", said: "", uid: "" });
  await aside(act);
  await synchronise();
}

async function aside(act: queue.Act): Promise<void> {
  if (act.uid && latest)
    await fetch(`${words["acts"]}${act.uid}/aside/`, { method: "POST", headers: { "X-CSRFToken": latest.token } }).catch(() => null);
  await queue.remove(act.key);
  await draw();
}

function say(what: "offline" | "signed-out"): void {
  line!.textContent = line!.dataset[what === "offline" ? "offline" : "signedOut"] ?? "";
  line!.hidden = false;
}

function part(kind: string, text: string): HTMLElement {
  const found = document.createElement(kind);
  found.textContent = text;
  return found;
}

function button(text: string, then: () => Promise<void>): HTMLButtonElement {
  const found = part("button", text) as HTMLButtonElement;
  found.type = "button";
  found.className = "bt-public-button";
  found.addEventListener("click", () => void then());
  return found;
}

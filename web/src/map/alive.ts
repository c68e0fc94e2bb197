// SPDX-License-Identifier: Apache-2.0
// How what is sensed stands, on the map and in its legend: asked for anew when an alarm moved (server-sent events), when
// the map moved close by, and now and then; every few seconds where live events are not heard.
import type { GeoJSONSource } from "maplibre-gl";
import { draw } from "./alive-marks";
import type { Canvas } from "./canvas";
import { colours } from "./colours";

const EVERY_MS = 3000;
const HEARD_EVERY_MS = 15000;
const TOGETHER_MS = 300;
const APART_MS = 1500; // between two looks, however much moves
const AGAIN_MS = 5000;
const RATIO = 2;
const URGENCY = ["n", "q", "s", "a4", "a3", "a2", "a1", "c4", "c3", "c2", "c1"];

type Row = [uid: string, kind: string, lon: number, lat: number, state: string, silent: number];

interface Told {
  rows: Row[];
  counts: Record<string, number>;
  left_out: number;
  live: string;
}

let lastLook = 0;
let planned = 0;
let isHeard = false;
let address = "";

export function keepAlive(canvas: Canvas): void {
  const legend = document.querySelector<HTMLElement>("[data-alive]");
  if (!legend) return;
  const look = (): void => void ask(canvas, legend);
  drawLegend(legend);
  document.addEventListener("bt:theme", () => drawLegend(legend));
  legend.addEventListener("change", () => {
    const boxes = [...legend.querySelectorAll<HTMLInputElement>("[data-alive-state]")];
    canvas.alive.hidden = boxes.filter((box) => !box.checked).map((box) => box.dataset["aliveState"]!);
    canvas.update();
  });
  canvas.map.on("moveend", () => isClose(canvas) && plan(look));
  document.addEventListener("visibilitychange", () => !document.hidden && plan(look));
  window.setInterval(() => {
    if (Date.now() - lastLook >= (isHeard ? HEARD_EVERY_MS : EVERY_MS) && !document.hidden) look();
  }, 500);
  void ask(canvas, legend).then(() => listen(look));
}

const isClose = ({ map, settings }: Canvas): boolean => map.getZoom() >= settings.exact_from;

function plan(look: () => void): void {
  window.clearTimeout(planned);
  planned = window.setTimeout(look, Math.max(TOGETHER_MS, lastLook + APART_MS - Date.now()));
}

async function ask(canvas: Canvas, legend: HTMLElement): Promise<void> {
  lastLook = Date.now();
  const { map, settings } = canvas;
  const wanted = new URLSearchParams();
  if (settings.area) wanted.set("area", settings.area.code);
  if (isClose(canvas)) {
    const [[west, south], [east, north]] = map.getBounds().toArray();
    wanted.set("box", [west, south, east, north].map((edge) => edge!.toFixed(5)).join(","));
  }
  try {
    const answer = await fetch(`${settings.live}?${wanted}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    show(canvas, legend, (await answer.json()) as Told);
  } catch {
    legend.toggleAttribute("data-alive-old", true); // what is drawn is not of now any more, and is said to be
  }
}

function show(canvas: Canvas, legend: HTMLElement, told: Told): void {
  address = told.live;
  canvas.alive.data = { type: "FeatureCollection", features: told.rows.map(feature) };
  canvas.map.getSource<GeoJSONSource>("alive")?.setData(canvas.alive.data);
  const sum = (state: string): number =>
    state === "s" ? (told.counts["silent"] ?? 0)
    : Object.entries(told.counts).reduce((all, [one, n]) => (legendOf(one) === state ? all + n : all), 0); // prettier-ignore
  for (const place of legend.querySelectorAll<HTMLElement>("[data-alive-count]"))
    place.textContent = sum(place.dataset["aliveCount"]!).toLocaleString();
  legend.toggleAttribute("data-alive-old", false);
  legend.dataset["aliveAt"] = String(Date.now());
  legend.querySelector("[data-alive-cut]")?.toggleAttribute("hidden", !told.left_out);
}

/** Acknowledged alarms of all priorities have one line of the legend. */
const legendOf = (state: string): string => (state.startsWith("a") ? "a" : state === "silent" ? "" : state);

function feature([uid, kind, lon, lat, state, silent]: Row): GeoJSON.Feature {
  const properties = { uid, kind, state, silent, legend: legendOf(state), rank: URGENCY.indexOf(state) };
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

function listen(look: () => void): void {
  if (!address) return;
  const events = new EventSource(address);
  events.addEventListener("open", () => (isHeard = true));
  events.addEventListener("error", () => {
    isHeard = false;
    // A ticket that is over: there is a fresh one by the next look.
    if (events.readyState === EventSource.CLOSED) window.setTimeout(() => listen(look), AGAIN_MS);
  });
  events.addEventListener("alarm", () => plan(look));
}

/** The legend's marks are the map's own. */
function drawLegend(legend: HTMLElement): void {
  for (const place of legend.querySelectorAll<HTMLCanvasElement>("canvas[data-alive-mark]")) {
    const image = draw(place.dataset["aliveMark"]!, false, colours(), RATIO);
    place.width = image.width;
    place.height = image.height;
    place.getContext("2d")!.putImageData(image, 0, 0);
  }
}

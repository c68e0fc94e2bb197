// SPDX-License-Identifier: Apache-2.0
// The map page: layers on the left, the city in the middle, what is selected on the right; all of it in the address.
import htmx from "htmx.org";
import { GeolocateControl, NavigationControl, ScaleControl, type MapMouseEvent } from "maplibre-gl";
import { keepAlive } from "./alive";
import { Canvas } from "./canvas";
import { remember, viewOf, type Settings } from "./settings";
import { selectable } from "./style";

const find = <Kind extends HTMLElement>(selector: string): Kind | null => document.querySelector<Kind>(selector);

void start();

async function start(): Promise<void> {
  const place = find("[data-map]");
  const settings = JSON.parse(document.getElementById("map-settings")?.textContent ?? "null") as Settings | null;
  if (!place || !settings) return;
  try {
    const canvas = await Canvas.open(place, settings, view(settings));
    controls(canvas);
    follow(canvas);
    layers(canvas);
    selecting(canvas);
    keepAlive(canvas);
    sharing();
    Object.assign(window, { belltowerMap: canvas.map }); // for the journeys that walk the page
  } catch {
    show("[data-no-webgl]", true);
  }
}

function view(settings: Settings): object {
  const asked = viewOf(new URL(location.href));
  if (asked) return { center: [asked.lon, asked.lat], zoom: asked.zoom };
  const { asset } = settings;
  if (asset?.lon != null && asset.lat != null) return { center: [asset.lon, asset.lat], zoom: 17 };
  if (settings.area && settings.bounds) return { bounds: settings.bounds, fitBoundsOptions: { padding: 40 } };
  return { center: settings.centre, zoom: 11.5 };
}

function controls({ map }: Canvas): void {
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  if ("geolocation" in navigator && window.isSecureContext && matchMedia("(pointer: coarse)").matches)
    map.addControl(new GeolocateControl({}), "top-right");
}

function follow({ map }: Canvas): void {
  const place = find("[data-map]")!;
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    remember("at", `${map.getZoom().toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
  });
  let slow = window.setTimeout(() => show("[data-loading]", true), 1000);
  map.on("idle", () => {
    clearTimeout(slow);
    show("[data-loading]", false);
    place.dataset["ready"] = "true";
  });
  map.on("movestart", () => {
    clearTimeout(slow);
    slow = window.setTimeout(() => show("[data-loading]", !map.areTilesLoaded()), 1000);
    show("[data-wrong]", false);
  });
  map.on("error", ({ error }) => {
    if (String(error.message).includes("abort")) return;
    show("[data-wrong]", true);
  });
}

function layers(canvas: Canvas): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>("[data-layer]")];
  const side = find("[data-layers]")!;
  side.addEventListener("change", (event) => {
    if (!(event.target as Element).matches("[data-layer]")) return;
    canvas.shown = boxes.filter((box) => box.checked).map((box) => box.dataset["layer"]!);
    remember("kinds", canvas.shown.join(","));
    canvas.update();
  });
  const opener = find("[data-open-layers]");
  opener?.addEventListener("click", () => drawer(side, opener, !side.classList.contains("bt-open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opener) drawer(side, opener, false);
  });
  canvas.map.on("mousedown", () => opener && drawer(side, opener, false));
}

function drawer(side: HTMLElement, opener: HTMLElement, isOpen: boolean): void {
  side.classList.toggle("bt-open", isOpen);
  opener.setAttribute("aria-expanded", String(isOpen));
}

function selecting(canvas: Canvas): void {
  const { map, settings } = canvas;
  const drawn = (): string[] => selectable(settings.layers).filter((id) => map.getLayer(id));
  map.on("click", (event) => {
    if (cameCloser(canvas, event)) return;
    const reach = 6;
    const { x, y } = event.point;
    const found = map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: drawn() }); // prettier-ignore
    const first =
      found.find((one) => one.source === "alive") ?? found.find((one) => one.sourceLayer === "points") ?? found[0];
    select(canvas, first ? String(first.properties["uid"]) : null);
  });
  map.on("mousemove", ({ point }) => {
    const under = map.queryRenderedFeatures(point, { layers: [...drawn(), "clusters"] });
    map.getCanvas().style.cursor = under.length ? "pointer" : "";
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-close-panel]")) select(canvas, null);
    const hit = target.closest<HTMLElement>("[data-fly]");
    if (!hit) return;
    event.preventDefault();
    map.jumpTo({ center: [Number(hit.dataset["lon"]), Number(hit.dataset["lat"])], zoom: Math.max(map.getZoom(), 17) });
    select(canvas, hit.dataset["fly"]!);
  });
  if (settings.asset) select(canvas, settings.asset.uid);
}

/** A click on a cluster goes two zooms in, there. */
function cameCloser({ map }: Canvas, event: MapMouseEvent): boolean {
  const [cluster] = map.queryRenderedFeatures(event.point, { layers: ["clusters"] });
  if (!cluster || cluster.geometry.type !== "Point") return false;
  map.easeTo({ center: cluster.geometry.coordinates as [number, number], zoom: map.getZoom() + 2, duration: 300 });
  return true;
}

function select(canvas: Canvas, uid: string | null): void {
  const panel = find("[data-panel]")!;
  canvas.selected = uid;
  remember("asset", uid);
  panel.hidden = uid === null;
  if (uid === null) panel.replaceChildren();
  else void htmx.ajax("get", canvas.settings.panel.replace("{uid}", dashed(uid)), { target: panel, swap: "innerHTML" });
  canvas.update();
  canvas.map.resize();
}

/** Tiles carry a uid as 32 digits; addresses write it with dashes. */
function dashed(uid: string): string {
  const plain = uid.replace(/-/g, "");
  return [plain.slice(0, 8), plain.slice(8, 12), plain.slice(12, 16), plain.slice(16, 20), plain.slice(20)].join("-");
}

function sharing(): void {
  const button = find("[data-share]");
  const words = find("[data-share-words]");
  button?.addEventListener("click", () => {
    void navigator.clipboard?.writeText(location.href);
    if (words) words.textContent = words.dataset["done"] ?? "";
  });
}

function show(selector: string, isShown: boolean): void {
  find(selector)?.toggleAttribute("hidden", !isShown);
}

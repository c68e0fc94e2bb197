// SPDX-License-Identifier: Apache-2.0
// Findings on the map: <div data-findings data-marks="..." data-list="..." data-finding="/.../{uid}/" data-query="...">,
// on a page of its own or small on the page of a clause. Only what is shown is asked for, again whenever the map moved.
import { NavigationControl, ScaleControl, type GeoJSONSource, type MapMouseEvent } from "maplibre-gl";
import { Canvas } from "./canvas";
import { colours } from "./colours";
import { draw, type Look } from "./finding-marks";
import { POINTS, withFindings } from "./finding-style";
import { remember, viewOf, type Settings } from "./settings";

const RATIO = 2;
const TOGETHER_MS = 200;
const CLOSEST = 19;

type Row = [uid: string, n: number, look: Look, late: number, lon: number, lat: number, ...extent: number[]];

interface Told {
  rows: Row[];
  is_cut: boolean;
  counts?: Record<string, number>;
  bounds?: [number, number, number, number] | null;
  nowhere?: number;
}

interface Shown {
  place: HTMLElement;
  canvas: Canvas;
  data: GeoJSON.FeatureCollection;
}

const within = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector);

for (const place of document.querySelectorAll<HTMLElement>("[data-findings]")) void start(place);
drawLegend();
document.addEventListener("bt:theme", drawLegend);

async function start(place: HTMLElement): Promise<void> {
  const isPage = place.dataset["findings"] === "page";
  const area = new URLSearchParams(place.dataset["query"]).get("area");
  try {
    const settings = await read<Settings>(`/map/small/${area ? `?area=${encodeURIComponent(area)}` : ""}`);
    const first = await read<Told>(address(place));
    const shown: Shown = { place, canvas: null!, data: features(first.rows) };
    shown.canvas = await Canvas.open(
      place,
      // Roads and water to find one's way by; what else stands in the city would cover what is looked for.
      { ...settings, layers: settings.layers.filter((layer) => layer.shown && layer.geometry !== "point") },
      { ...viewAtFirst(settings, first, isPage), cooperativeGestures: !isPage },
      (style, look) => withFindings(style, shown.data, look),
    );
    tell(first);
    follow(shown, isPage);
  } catch {
    within("[data-no-map]")?.toggleAttribute("hidden", false);
  }
}

async function read<Kind>(from: string): Promise<Kind> {
  const answer = await fetch(from, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Kind;
}

/** Where the marks are asked for: the filters of the page, and what part of the city at which zoom. */
function address(place: HTMLElement, canvas?: Canvas): string {
  const wanted = new URLSearchParams(place.dataset["query"]);
  for (const name of ["at", "page", "order", "box"]) wanted.delete(name);
  if (canvas) {
    const [[west, south], [east, north]] = canvas.map.getBounds().toArray();
    wanted.set("box", [west, south, east, north].map((edge) => edge!.toFixed(6)).join(","));
    wanted.set("zoom", canvas.map.getZoom().toFixed(2));
  }
  return `${place.dataset["marks"]}?${wanted}`;
}

function viewAtFirst(settings: Settings, told: Told, isPage: boolean): object {
  const asked = isPage ? viewOf(new URL(location.href)) : null;
  if (asked) return { center: [asked.lon, asked.lat], zoom: asked.zoom };
  const bounds = told.bounds ?? settings.bounds;
  const near = { fitBoundsOptions: { padding: isPage ? 60 : 36, maxZoom: 16 } };
  return bounds ? { bounds, ...near } : { center: settings.centre, zoom: 11.5 };
}

function features(rows: Row[]): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: rows.map(([uid, n, look, late, lon, lat, ...extent]) => ({
      type: "Feature",
      properties: { uid, n, look, late: late ? 1 : 0, extent: extent.join(",") },
      geometry: { type: "Point", coordinates: [lon, lat] },
    })),
  };
}

function follow(shown: Shown, isPage: boolean): void {
  const { map } = shown.canvas;
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  if (isPage) map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  let planned = 0;
  const look = (): void => {
    clearTimeout(planned);
    planned = window.setTimeout(() => void again(shown), TOGETHER_MS);
  };
  map.on("moveend", () => {
    if (isPage) keepView(shown.canvas);
    look();
  });
  map.on("idle", () => (shown.place.dataset["ready"] = "true"));
  map.on("click", (event) => open(shown, event));
  map.on("mousemove", ({ point }) => {
    const layers = POINTS.filter((id) => map.getLayer(id));
    map.getCanvas().style.cursor = map.queryRenderedFeatures(point, { layers }).length ? "pointer" : "";
  });
  if (isPage) {
    Object.assign(window, { belltowerMap: map }); // for the journeys that walk the page
    drawer();
  }
  look();
}

async function again(shown: Shown): Promise<void> {
  try {
    const told = await read<Told>(address(shown.place, shown.canvas));
    shown.data = features(told.rows);
    shown.canvas.map.getSource<GeoJSONSource>("findings")?.setData(shown.data);
    within("[data-cut]")?.toggleAttribute("hidden", !told.is_cut);
    within("[data-wrong]")?.toggleAttribute("hidden", true);
  } catch {
    within("[data-wrong]")?.toggleAttribute("hidden", false); // what is drawn may not be of now any more
  }
}

/** One finding is opened; several come closer, or are opened as a list where they stay together however close one comes. */
function open({ place, canvas: { map } }: Shown, event: MapMouseEvent): void {
  const { x, y } = event.point;
  const layers = POINTS.filter((id) => map.getLayer(id));
  const [found] = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers }); // prettier-ignore
  if (!found || found.geometry.type !== "Point") return;
  const { uid, extent } = found.properties as { uid: string; extent: string };
  if (uid) return location.assign(place.dataset["finding"]!.replace("{uid}", uid));
  const [west, south, east, north] = extent.split(",").map(Number) as [number, number, number, number];
  if (map.getZoom() >= CLOSEST - 0.5 || Math.max(east - west, north - south) < 1e-6) {
    const query = new URLSearchParams(place.dataset["query"]);
    for (const name of ["at", "page"]) query.delete(name);
    query.set("box", [west - 1e-7, south - 1e-7, east + 1e-7, north + 1e-7].map((edge) => edge.toFixed(7)).join(","));
    return location.assign(`${place.dataset["list"]}?${query}`);
  }
  map.easeTo({ center: found.geometry.coordinates as [number, number], zoom: Math.min(map.getZoom() + 2, CLOSEST), duration: 300 }); // prettier-ignore
}

function keepView({ map }: Canvas): void {
  const { lng, lat } = map.getCenter();
  const at = `${map.getZoom().toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
  remember("at", at);
  const kept = document.querySelector<HTMLInputElement>("input[data-at]");
  if (kept) kept.value = at; // the filters are sent with the view, so that choosing one does not lose it
}

function tell(told: Told): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-finding-count]"))
    place.textContent = (told.counts?.[place.dataset["findingCount"]!] ?? 0).toLocaleString();
  const nowhere = within("[data-nowhere]");
  nowhere?.toggleAttribute("hidden", !told.nowhere);
  const number = nowhere?.querySelector("[data-nowhere-count]");
  if (number) number.textContent = (told.nowhere ?? 0).toLocaleString();
}

function drawer(): void {
  const opener = within("[data-open-layers]");
  const side = within("[data-layers]");
  if (!opener || !side) return;
  const to = (isOpen: boolean): void => {
    side.classList.toggle("bt-open", isOpen);
    opener.setAttribute("aria-expanded", String(isOpen));
  };
  opener.addEventListener("click", () => to(!side.classList.contains("bt-open")));
  document.addEventListener("keydown", (event) => event.key === "Escape" && to(false));
}

/** The legend's marks are the map's own. */
function drawLegend(): void {
  for (const place of document.querySelectorAll<HTMLCanvasElement>("canvas[data-finding-mark]")) {
    const image = draw(place.dataset["findingMark"] as Look, "late" in place.dataset, colours(), RATIO);
    place.width = image.width;
    place.height = image.height;
    place.getContext("2d")!.putImageData(image, 0, 0);
  }
}

// SPDX-License-Identifier: Apache-2.0
// The map of the public pages: to choose a place on (<div data-pick>), or with what was reported (<div data-marks="...">).
import { LngLatBounds, Marker, NavigationControl, type StyleSpecification } from "maplibre-gl";
import { Canvas } from "../map/canvas";
import { colours, type Colours } from "../map/colours";
import type { Settings } from "../map/settings";

const MARKS = "reported";
const CLOSE = 16;

for (const place of document.querySelectorAll<HTMLElement>("[data-pick]")) void pick(place);
for (const place of document.querySelectorAll<HTMLElement>("[data-marks]")) void show(place);

async function read<Kind>(from: string): Promise<Kind> {
  const answer = await fetch(from, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Kind;
}

async function open(place: HTMLElement, over?: (style: StyleSpecification, look: Colours) => StyleSpecification): Promise<Canvas | null> {
  try {
    const settings = await read<Settings>(place.dataset["settings"] ?? "");
    place.hidden = false;
    const canvas = await Canvas.open(place, settings, { center: settings.centre, zoom: 12, cooperativeGestures: true }, over);
    canvas.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    canvas.map.on("idle", () => (place.dataset["ready"] = "true"));
    return canvas;
  } catch {
    place.hidden = true; // the address and the list do without it
    return null;
  }
}

/** A marker where the form says, moved by a click or by the position of the telephone. */
async function pick(place: HTMLElement): Promise<void> {
  const form = place.closest("form");
  const [lon, lat] = ["lon", "lat"].map((name) => form?.querySelector<HTMLInputElement>(`[name=${name}]`));
  const canvas = await open(place);
  if (!canvas || !lon || !lat || !form) return;
  const marker = new Marker({ color: colours().accent });
  const put = (at: [number, number], isNew: boolean): void => {
    marker.setLngLat(at).addTo(canvas.map);
    if (!isNew) return;
    [lon.value, lat.value] = [at[0].toFixed(6), at[1].toFixed(6)];
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const go = (at: [number, number]): void => {
    put(at, false);
    canvas.map.jumpTo({ center: at, zoom: CLOSE });
  };
  if (lon.value && lat.value) go([Number(lon.value), Number(lat.value)]);
  canvas.map.on("click", ({ lngLat }) => put([lngLat.lng, lngLat.lat], true));
  document.addEventListener("bt:located", (event) => go((event as CustomEvent<[number, number]>).detail));
}

/** What was reported, a disc each: full while it is open, hollow once it is put right. A click opens it. */
async function show(place: HTMLElement): Promise<void> {
  const data = await read<GeoJSON.FeatureCollection>(place.dataset["marks"] ?? "").catch(() => null);
  if (!data) return;
  const canvas = await open(place, (style, look) => withMarks(style, data, look));
  if (!canvas) return;
  const { map } = canvas;
  const around = new LngLatBounds();
  for (const { geometry } of data.features) if (geometry?.type === "Point") around.extend([geometry.coordinates[0]!, geometry.coordinates[1]!]);
  if (!around.isEmpty()) map.fitBounds(around, { padding: 40, maxZoom: CLOSE, animate: false });
  map.on("click", (event) => {
    const [mark] = map.queryRenderedFeatures(event.point, { layers: [MARKS] });
    if (mark) location.assign(String(mark.properties["address"]));
  });
  map.on("mousemove", (event) => {
    const isOver = map.queryRenderedFeatures(event.point, { layers: [MARKS] }).length > 0;
    map.getCanvas().classList.toggle("bt-public-over", isOver);
  });
}

function withMarks(style: StyleSpecification, data: GeoJSON.FeatureCollection, look: Colours): StyleSpecification {
  const isDone = ["==", ["get", "standing"], "put_right"];
  return {
    ...style,
    sources: { ...style.sources, [MARKS]: { type: "geojson", data } },
    layers: [
      ...style.layers,
      {
        id: MARKS,
        type: "circle",
        source: MARKS,
        paint: {
          "circle-radius": 9,
          "circle-color": ["case", isDone, look.paper, look.accent] as never,
          "circle-stroke-color": ["case", isDone, look.accent, look.paper] as never,
          "circle-stroke-width": 2.5,
        },
      },
    ],
  };
}

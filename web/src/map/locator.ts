// SPDX-License-Identifier: Apache-2.0
// A small map that shows where one thing is: <div data-locator data-lon data-lat [data-asset] [data-area]>.
import { Marker } from "maplibre-gl";
import { Canvas } from "./canvas";
import { colours } from "./colours";
import type { Settings } from "./settings";

for (const place of document.querySelectorAll<HTMLElement>("[data-locator]")) void show(place);

async function show(place: HTMLElement): Promise<void> {
  const answer = await fetch("/map/small/", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const settings = (await answer.json()) as Settings;
  const { lon, lat, asset, area } = place.dataset;
  const centre: [number, number] = [Number(lon), Number(lat)];
  const canvas = await Canvas.open(place, settings, {
    center: centre,
    zoom: area ? zoomOf(area) : 16,
    cooperativeGestures: true,
  });
  canvas.selected = asset ?? null;
  if (!area) new Marker({ color: colours().accent, scale: 0.7 }).setLngLat(centre).addTo(canvas.map);
}

/** A longer code is a smaller area: city and district 6 digits, street 9, community 12, grid 15. */
const zoomOf = (code: string): number => ({ 6: 9, 9: 11.5, 12: 13.5, 15: 16 })[code.length] ?? 10;

// SPDX-License-Identifier: Apache-2.0
// What the server tells the map, and what the address says of it. Nothing about a domain is known here.
import type { Geometry } from "geojson";

export interface Layer {
  kind: string;
  title: string;
  geometry: "point" | "line" | "polygon";
  icon: string;
  colour: string;
  min_zoom: number;
  shown: boolean;
  classes: string[];
}

export interface Place {
  uid: string;
  kind: string;
  lon: number | null;
  lat: number | null;
}

export interface Settings {
  language: "zh" | "en";
  layers: Layer[];
  tiles: string;
  areas: string;
  panel: string;
  list: string;
  live: string;
  exact_from: number;
  deepest: number;
  levels: Record<string, number>;
  centre: [number, number];
  bounds: [number, number, number, number] | null;
  area: { code: string; geometry: Geometry } | null;
  asset: Place | null;
  characters: string;
}

export interface View {
  zoom: number;
  lat: number;
  lon: number;
}

/** The view that the address states as `at=zoom/lat/lon`, or none. */
export function viewOf(address: URL): View | null {
  const parts = (address.searchParams.get("at") ?? "").split("/").map(Number);
  const [zoom, lat, lon] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite)) return null;
  return { zoom: zoom as number, lat: lat as number, lon: lon as number };
}

/** Write one word of the address without loading a page; null takes it out. */
export function remember(name: string, value: string | null): void {
  const address = new URL(location.href);
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  // Slashes and commas read better as they are, and are allowed in a query.
  history.replaceState(null, "", address.href.replace(/%2F/g, "/").replace(/%2C/g, ","));
}

/** The address of the tiles of these kinds, as MapLibre wants it: whole, with {z}/{x}/{y} left open. */
export function tilesOf(settings: Settings, kinds: string[]): string {
  return `${location.origin}${settings.tiles}?kinds=${kinds.join(",")}`;
}

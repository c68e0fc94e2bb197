// SPDX-License-Identifier: Apache-2.0
// The marks of point assets, drawn when the map first asks for one. The shape tells the life: planned is a dashed ring,
// being built half filled, in service solid, out of service a struck ring; the icon tells the kind.
import type { Map } from "maplibre-gl";
import { toned, type Colours } from "./colours";
import { draw as drawState } from "./alive-marks";
import { draw as drawFinding, type Look } from "./finding-marks";
import type { Layer } from "./settings";

const RATIO = 2;
const SIZES = { dot: 9, mark: 22 } as const;

type Mark = keyof typeof SIZES;

/** Names are "mark|kind|life"; MapLibre asks for those that it misses, and waits. */
export function drawWhenMissing(map: Map, layers: Layer[], now: () => Colours): void {
  const byKind = new globalThis.Map(layers.map((layer) => [layer.kind, layer]));
  map.setMissingStyleImageResolver(async (id) => {
    const [mark, kind, life] = id.split("|") as [Mark, string, string];
    if (id.startsWith("alive|")) {
      if (!map.hasImage(id)) map.addImage(id, drawState(kind, life === "1", now(), RATIO), { pixelRatio: RATIO });
      return;
    }
    if (id.startsWith("finding|")) {
      if (!map.hasImage(id)) map.addImage(id, drawFinding(kind as Look, life === "1", now(), RATIO), { pixelRatio: RATIO });
      return;
    }
    const layer = byKind.get(kind);
    if (!layer || !(mark in SIZES)) return;
    const image = await draw(layer, mark, life, now());
    if (!map.hasImage(id)) map.addImage(id, image, { pixelRatio: RATIO });
  });
}

async function draw(layer: Layer, mark: Mark, life: string, look: Colours): Promise<ImageData> {
  const side = SIZES[mark] * RATIO;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d")!;
  const tone = toned(layer.colour, look.isDark);
  disc(pen, side, tone, life, look.paper);
  if (mark === "mark") {
    const isSolid = life === "in_service" || life === "";
    const picture = await icon(layer.icon, isSolid ? look.paper : tone);
    pen.drawImage(picture, side * 0.2, side * 0.2, side * 0.6, side * 0.6);
  }
  return pen.getImageData(0, 0, side, side);
}

function disc(pen: CanvasRenderingContext2D, side: number, tone: string, life: string, paper: string): void {
  const middle = side / 2;
  const radius = middle - RATIO;
  const ring = (from: number, to: number): void => {
    pen.beginPath();
    pen.arc(middle, middle, radius, from, to);
  };
  pen.lineWidth = RATIO * (side > 20 ? 1.25 : 1);
  pen.strokeStyle = tone;
  pen.fillStyle = life === "in_service" || life === "" ? tone : paper;
  if (life === "planned") pen.setLineDash([radius * 0.55, radius * 0.4]);
  ring(0, 2 * Math.PI);
  pen.fill();
  if (life === "being_built") {
    pen.fillStyle = tone;
    pen.globalAlpha = 0.45;
    ring(0, Math.PI);
    pen.fill();
    pen.globalAlpha = 1;
  }
  ring(0, 2 * Math.PI);
  pen.stroke();
  if (life === "out_of_service") {
    const reach = radius * Math.SQRT1_2;
    pen.beginPath();
    pen.moveTo(middle - reach, middle + reach);
    pen.lineTo(middle + reach, middle - reach);
    pen.stroke();
  }
}

function icon(paths: string, colour: string): Promise<HTMLImageElement> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 24 24" fill="none" stroke="${colour}" stroke-width="2.25" stroke-linecap="round" stroke-linejoin="round">${paths}</svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return image.decode().then(() => image);
}

// SPDX-License-Identifier: Apache-2.0
// One map on a page: its fonts awaited, its worker from our own server, its look following the theme.
import { Map, setWorkerUrl, type MapOptions, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "../style/map.css";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { colours, type Colours } from "./colours";
import { drawWhenMissing } from "./pictures";
import type { Settings } from "./settings";
import { styleOf, type Alive } from "./style";

setWorkerUrl(worker);

/** What a page draws over the city: given the style, the style with its own sources and layers. */
export type Over = (style: StyleSpecification, look: Colours) => StyleSpecification;

export class Canvas {
  readonly map: Map;
  shown: string[];
  selected: string | null;
  alive: Alive = { data: { type: "FeatureCollection", features: [] }, hidden: [] };

  private constructor(
    place: HTMLElement,
    readonly settings: Settings,
    options: Partial<MapOptions>,
    private readonly over?: Over,
  ) {
    this.shown = settings.layers.filter((layer) => layer.shown).map((layer) => layer.kind);
    this.selected = settings.asset?.uid ?? null;
    this.map = new Map({
      container: place,
      style: this.style(),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      minZoom: 5,
      maxZoom: 20,
      ...options,
    });
    this.map.touchZoomRotate.disableRotation();
    drawWhenMissing(this.map, settings.layers, colours);
    document.addEventListener("bt:theme", () => this.redraw());
    redrawWhenFontsCome(() => this.redraw());
  }

  /** A map once the parts of the web font that its names need are there (system fonts need none). */
  static async open(
    place: HTMLElement,
    settings: Settings,
    options: Partial<MapOptions>,
    over?: Over,
  ): Promise<Canvas> {
    if (settings.characters) await Promise.race([load(settings.characters), patience()]);
    return new Canvas(place, settings, options, over);
  }

  /** The whole look anew; images are dropped, so that marks come in the present colours. */
  redraw(): void {
    this.map.setStyle(this.style(), { diff: false });
  }

  /** After a change of layers or selection: only what differs. */
  update(): void {
    this.map.setStyle(this.style());
  }

  private style(): StyleSpecification {
    const look = colours();
    const style = styleOf(this.settings, this.shown, look, this.selected, this.alive);
    return this.over ? this.over(style, look) : style;
  }
}

const load = (characters: string): Promise<unknown> =>
  document.fonts.load(`16px ${getComputedStyle(document.body).fontFamily}`, characters).catch(() => undefined);

const patience = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2500));

/** A name drawn before its part of the web font came is drawn again when it has. */
function redrawWhenFontsCome(redraw: () => void): void {
  let waiting = 0;
  let times = 0;
  document.fonts.addEventListener("loadingdone", () => {
    if (times >= 5) return;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      times += 1;
      redraw();
    }, 400);
  });
}

// SPDX-License-Identifier: Apache-2.0
// The look of the map as a MapLibre style: our own roads, water, borders and names, and nothing from another host.
// There is no `glyphs` address: text is then drawn with the page's fonts.
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import { toned, type Colours } from "./colours";
import { tilesOf, type Layer, type Settings } from "./settings";

export const FONTS = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC Variable", "sans-serif"];
/** From this zoom on points are marks with an icon, before only dots. */
const MARKS_FROM = 15.5;
const SELECTABLE = ["lines", "polygons", "points"];

export const selectable = (layers: Layer[]): string[] => [
  "alive",
  "dots",
  "marks",
  ...layers.flatMap((one) => SELECTABLE.slice(0, 2).map((part) => `${part}-${one.kind}`)),
];

/** How what is sensed stands (live.ts), and which states are not to be shown. */
export interface Alive {
  data: GeoJSON.FeatureCollection;
  hidden: string[];
}

export function styleOf(
  settings: Settings,
  shown: string[],
  look: Colours,
  selected: string | null,
  alive: Alive,
): StyleSpecification {
  return {
    version: 8,
    sources: {
      assets: {
        type: "vector",
        tiles: [tilesOf(settings, shown)],
        maxzoom: settings.deepest,
        promoteId: { points: "uid", lines: "uid", polygons: "uid" },
      },
      areas: { type: "vector", tiles: [`${location.origin}${settings.areas}`], maxzoom: 18 },
      veil: { type: "geojson", data: veil(settings) },
      alive: { type: "geojson", data: alive.data },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": look.isDark ? look.ground : "#eceef0" } },
      ...areaFills(look),
      ...settings.layers.filter((one) => shown.includes(one.kind)).flatMap((one) => extents(one, settings, look)),
      ...borders(settings, look),
      ...veilLayers(settings, look),
      ...streetNames(settings, look),
      ...points(settings, look),
      ...selection(look, selected),
      // The topmost are placed first: a name gives way to a number, never the other way round.
      ...areaNames(settings, look),
      ...clusters(settings, look),
      ...aliveLayers(settings, shown, look, alive),
    ],
  };
}

/** What is at rest has a ring, where its kind is shown; what is not has a mark of its own, whatever layers are shown. */
function aliveLayers(settings: Settings, shown: string[], look: Colours, alive: Alive): LayerSpecification[] {
  const wanted: ExpressionSpecification = ["!", ["in", ["get", "legend"], ["literal", alive.hidden]]];
  const isShown: ExpressionSpecification = ["in", ["get", "kind"], ["literal", shown]];
  const beside: ExpressionSpecification = ["case", isShown, ["literal", [12, -12]], ["literal", [0, 0]]];
  const inside: ExpressionSpecification[] = settings.area ? [["within", settings.area.geometry as never]] : [];
  return [
    {
      id: "at-rest",
      type: "circle",
      source: "alive",
      minzoom: settings.exact_from,
      filter: ["all", wanted, ["==", ["get", "state"], "n"], isShown, ...inside],
      paint: {
        "circle-radius": ["step", ["zoom"], 7, MARKS_FROM, 13.5],
        "circle-color": "transparent",
        "circle-stroke-color": look.quiet,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "alive",
      type: "symbol",
      source: "alive",
      filter: ["all", wanted, ["!=", ["get", "state"], "n"], ...inside],
      layout: {
        "icon-image": ["concat", "alive|", ["get", "state"], "|", ["get", "silent"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        // Beside the mark where that is drawn with an icon, else on the spot.
        "icon-offset": ["step", ["zoom"], ["literal", [0, 0]], MARKS_FROM, beside],
        "symbol-sort-key": ["get", "rank"],
      },
    },
  ];
}

function areaFills(look: Colours): LayerSpecification[] {
  return [
    {
      id: "city-ground",
      type: "fill",
      source: "areas",
      "source-layer": "areas",
      filter: ["==", ["get", "level"], "city"],
      paint: { "fill-color": look.isDark ? look.paper : "#f7f8f8" },
    },
  ];
}

/** Lines and polygons of one kind. Both are drawn whatever was declared: a kind's data may hold either. */
function extents(layer: Layer, settings: Settings, look: Colours): LayerSpecification[] {
  const tone = toned(layer.colour, look.isDark);
  const ofKind: FilterSpecification = ["==", ["get", "kind"], layer.kind];
  const isPlanned: ExpressionSpecification = ["in", ["get", "life"], ["literal", ["planned", "being_built"]]];
  const common = { source: "assets", minzoom: layer.min_zoom } as const;
  return [
    {
      id: `polygons-${layer.kind}`,
      type: "fill",
      ...common,
      "source-layer": "polygons",
      filter: ofKind,
      paint: {
        "fill-color": tone,
        "fill-opacity": ["case", isPlanned, 0.12, 0.55],
        "fill-outline-color": tone,
      },
    },
    {
      id: `lines-${layer.kind}`,
      type: "line",
      ...common,
      "source-layer": "lines",
      filter: ["all", ofKind, ["!", isPlanned]],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": tone, "line-width": widths(layer) },
    },
    {
      id: `planned-lines-${layer.kind}`,
      type: "line",
      ...common,
      "source-layer": "lines",
      filter: ["all", ofKind, isPlanned],
      paint: { "line-color": tone, "line-width": 1.5, "line-dasharray": [3, 2] },
    },
  ];
}

/** Lines whose class is drawn from further away are wider. */
function widths(layer: Layer): DataDrivenPropertyValueSpecification<number> {
  const rank = (factor: number): number | ExpressionSpecification => {
    if (!layer.classes.length) return factor;
    const cases = layer.classes.flatMap((value, at) => [value, factor * (1 + (layer.classes.length - at) * 0.6)]);
    return ["match", ["get", "class"], ...cases, factor] as unknown as ExpressionSpecification;
  };
  return ["interpolate", ["exponential", 1.6], ["zoom"], 9, rank(0.4), 14, rank(1.1), 18, rank(6)] as never;
}

function borders(settings: Settings, look: Colours): LayerSpecification[] {
  const look_of: Record<string, [number, number[] | null]> = {
    city: [1.8, null],
    district: [1.2, [6, 2]],
    street: [0.9, [4, 2]],
    community: [0.7, [2, 2]],
    grid: [0.5, [1, 2]],
  };
  return Object.entries(look_of).map(([level, [width, dashes]]) => ({
    id: `border-${level}`,
    type: "line",
    source: "areas",
    "source-layer": "areas",
    minzoom: settings.levels[level] ?? 0,
    filter: ["==", ["get", "level"], level],
    paint: {
      "line-color": look.strong,
      "line-width": width,
      ...(dashes ? { "line-dasharray": dashes } : {}),
    },
  })) as LayerSpecification[];
}

function names(settings: Settings): ExpressionSpecification {
  const [first, second] = settings.language === "zh" ? ["zh", "en"] : ["en", "zh"];
  return ["coalesce", ["get", first], ["get", second], ""];
}

function areaNames(settings: Settings, look: Colours): LayerSpecification[] {
  const span: Record<string, [number, number, number]> = {
    district: [7, 12.5, 14],
    street: [11, 14.5, 12.5],
    community: [14, 17, 12],
  };
  return Object.entries(span).map(([level, [from, until, size]]) => ({
    id: `name-${level}`,
    type: "symbol",
    source: "areas",
    "source-layer": "names",
    minzoom: from,
    maxzoom: until,
    filter: ["==", ["get", "level"], level],
    layout: {
      "text-field": names(settings),
      "text-font": FONTS,
      "text-size": size,
      "text-padding": 6,
      "text-variable-anchor": ["center", "top", "bottom"],
      "text-radial-offset": 1.6,
    },
    paint: { "text-color": look.quiet, "text-halo-color": look.paper, "text-halo-width": 1.6 },
  })) as LayerSpecification[];
}

function streetNames(settings: Settings, look: Colours): LayerSpecification[] {
  return [
    {
      id: "line-names",
      type: "symbol",
      source: "assets",
      "source-layer": "lines",
      minzoom: 14,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 320,
        "text-field": names(settings),
        "text-font": FONTS,
        "text-size": 12,
        "text-letter-spacing": 0,
      },
      paint: { "text-color": look.quiet, "text-halo-color": look.paper, "text-halo-width": 1.4 },
    },
  ];
}

function points(settings: Settings, look: Colours): LayerSpecification[] {
  const named = (mark: string): ExpressionSpecification => ["concat", mark, "|", ["get", "kind"], "|", ["get", "life"]];
  const common = { type: "symbol", source: "assets", "source-layer": "points" } as const;
  const filter = within(settings);
  return [
    {
      id: "dots",
      ...common,
      maxzoom: MARKS_FROM,
      ...filter,
      layout: { "icon-image": named("dot"), "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
    {
      id: "marks",
      ...common,
      minzoom: MARKS_FROM,
      ...filter,
      layout: {
        "icon-image": named("mark"),
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "text-field": ["step", ["zoom"], "", 17.5, ["coalesce", ["get", "label"], ""]],
        "text-font": FONTS,
        "text-size": 11,
        "text-offset": [0, 1.3],
        "text-anchor": "top",
        "text-optional": true,
      },
      paint: { "text-color": look.quiet, "text-halo-color": look.paper, "text-halo-width": 1.4 },
    },
  ];
}

function selection(look: Colours, selected: string | null): LayerSpecification[] {
  const isIt: FilterSpecification = ["==", ["get", "uid"], selected ?? ""];
  return [
    {
      id: "selected-point",
      type: "circle",
      source: "assets",
      "source-layer": "points",
      filter: isIt,
      paint: {
        "circle-radius": 15,
        "circle-color": "transparent",
        "circle-stroke-color": look.accent,
        "circle-stroke-width": 3,
      },
    },
    ...(["lines", "polygons"] as const).map(
      (part): LayerSpecification => ({
        id: `selected-${part}`,
        type: "line",
        source: "assets",
        "source-layer": part,
        filter: isIt,
        paint: { "line-color": look.accent, "line-width": 3 },
      }),
    ),
  ];
}

function clusters(settings: Settings, look: Colours): LayerSpecification[] {
  const common = { source: "assets", "source-layer": "clusters" } as const;
  // A cluster may hold assets on both sides of a border, so one whose middle lies outside is faded, never left out.
  const seen = (opacity: number): DataDrivenPropertyValueSpecification<number> =>
    settings.area ? ["case", ["within", settings.area.geometry as never], opacity, 0.4] : opacity;
  return [
    {
      id: "clusters",
      type: "circle",
      ...common,
      paint: {
        "circle-color": look.paper,
        "circle-opacity": seen(0.92),
        "circle-stroke-opacity": seen(1),
        "circle-stroke-color": look.strong,
        "circle-stroke-width": 1.2,
        "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "n"]], 0, 8, 2, 13, 4, 22, 6, 30],
      },
    },
    {
      id: "cluster-counts",
      type: "symbol",
      ...common,
      layout: {
        "text-field": short(settings),
        "text-font": FONTS,
        "text-size": 11.5,
        "text-allow-overlap": true,
        "text-padding": 9,
      },
      paint: { "text-color": look.ink, "text-opacity": seen(1) },
    },
  ];
}

/** 1234 as 1.2k, or as 1.2万 from ten thousand in Chinese. */
function short(settings: Settings): ExpressionSpecification {
  const tenths = (by: number, sign: string): ExpressionSpecification => [
    "concat",
    ["to-string", ["/", ["round", ["/", ["get", "n"], by / 10]], 10]],
    sign,
  ];
  const whole: ExpressionSpecification = ["to-string", ["get", "n"]];
  return settings.language === "zh"
    ? ["step", ["get", "n"], whole, 10000, tenths(10000, "万")]
    : ["step", ["get", "n"], whole, 1000, tenths(1000, "k"), 1000000, tenths(1000000, "M")];
}

/** With an area chosen, points outside it are left out; what crosses its border is veiled. */
function within(settings: Settings): { filter?: FilterSpecification } {
  return settings.area ? { filter: ["within", settings.area.geometry as never] } : {};
}

function veil(settings: Settings): GeoJSON.GeoJSON {
  const empty: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  if (!settings.area) return empty;
  const outline = settings.area.geometry;
  const rings = outline.type === "Polygon" ? [outline.coordinates[0]] : outline.type === "MultiPolygon" ? outline.coordinates.map((part) => part[0]) : []; // prettier-ignore
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]; // prettier-ignore
  const holes = rings.filter((ring) => ring !== undefined);
  return {
    type: "FeatureCollection",
    features: [
      { type: "Feature", properties: { part: "veil" }, geometry: { type: "Polygon", coordinates: [world, ...holes] } },
      { type: "Feature", properties: { part: "border" }, geometry: outline },
    ],
  };
}

function veilLayers(settings: Settings, look: Colours): LayerSpecification[] {
  if (!settings.area) return [];
  return [
    {
      id: "veil",
      type: "fill",
      source: "veil",
      filter: ["==", ["get", "part"], "veil"],
      paint: { "fill-color": look.ground, "fill-opacity": 0.6 },
    },
    {
      id: "veil-border",
      type: "line",
      source: "veil",
      filter: ["==", ["get", "part"], "border"],
      paint: { "line-color": look.accent, "line-width": 2 },
    },
  ];
}

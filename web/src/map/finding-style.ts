// SPDX-License-Identifier: Apache-2.0
// How findings lie over the city: single marks, and circles with a number where several are close together; a circle is
// drawn in the colour of the gravest that it holds, with that one's mark at its side, so that none is covered by it.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Colours } from "./colours";
import { FONTS } from "./style";

const MARK: ExpressionSpecification = ["concat", "finding|", ["get", "look"], "|", ["get", "late"]];
const IS_ALONE: ExpressionSpecification = ["==", ["get", "n"], 1];
const NUMBER_OF: ExpressionSpecification = ["get", "n"];
const RADIUS: ExpressionSpecification = ["interpolate", ["linear"], ["log10", NUMBER_OF], 0, 9, 2, 14, 4, 20, 6, 24];

export const POINTS = ["finding-alone", "finding-groups"];

export function withFindings(style: StyleSpecification, data: GeoJSON.FeatureCollection, look: Colours): StyleSpecification {
  const source = { type: "geojson", data } as const;
  return { ...style, sources: { ...style.sources, findings: source }, layers: [...style.layers, ...layers(look)] };
}

function layers(look: Colours): LayerSpecification[] {
  const tone: ExpressionSpecification = [
    "match", ["get", "look"], "major", look.hazards[0], "general", look.hazards[2], look.quiet,
  ]; // prettier-ignore
  const anywhere = { "icon-allow-overlap": true, "icon-ignore-placement": true } as const;
  return [
    {
      id: "finding-groups",
      type: "circle",
      source: "findings",
      filter: ["!", IS_ALONE],
      paint: {
        "circle-color": look.paper,
        "circle-stroke-color": tone,
        "circle-stroke-width": 2.5,
        "circle-radius": RADIUS,
      },
    },
    {
      id: "finding-numbers",
      type: "symbol",
      source: "findings",
      filter: ["!", IS_ALONE],
      layout: {
        "text-field": ["number-format", NUMBER_OF, {}],
        "text-font": FONTS,
        "text-size": 11.5,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": look.ink },
    },
    {
      id: "finding-gravest",
      type: "symbol",
      source: "findings",
      filter: ["!", IS_ALONE],
      layout: { "icon-image": MARK, "icon-size": 0.75, "icon-offset": [18, -18], ...anywhere },
    },
    {
      id: "finding-alone",
      type: "symbol",
      source: "findings",
      filter: IS_ALONE,
      layout: { "icon-image": MARK, ...anywhere },
    },
  ];
}

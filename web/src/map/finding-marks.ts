// SPDX-License-Identifier: Apache-2.0
// The marks of findings: an octagon for a major hazard, a diamond for a general one, a ring around what is overdue; broken
// lines for what is not known any more, a small disc for what was put right. As the grades are drawn everywhere else.
import { DIAMOND, OCTAGON, outline, ring, SIDE } from "./alive-marks";
import type { Colours } from "./colours";

export type Look = "major" | "general" | "unknown" | "closed";

export function draw(look: Look, isLate: boolean, colours: Colours, ratio: number): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE * ratio;
  const pen = canvas.getContext("2d")!;
  pen.scale(ratio, ratio);
  pen.lineJoin = "round";
  if (look === "closed") disc(pen, colours);
  else if (look === "unknown") hollow(pen, colours);
  else hazard(pen, look, colours);
  if (isLate && look !== "closed") ring(pen, colours.ink, 2, 10);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function hazard(pen: CanvasRenderingContext2D, look: "major" | "general", colours: Colours): void {
  outline(pen, look === "major" ? OCTAGON : DIAMOND, look === "major" ? 5 : 4);
  pen.strokeStyle = colours.paper; // a halo, so that it is told from any ground
  pen.lineWidth = 4;
  pen.stroke();
  pen.fillStyle = colours.hazards[look === "major" ? 0 : 2];
  pen.fill();
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1.25;
  pen.stroke();
}

function hollow(pen: CanvasRenderingContext2D, colours: Colours): void {
  outline(pen, DIAMOND, 4);
  pen.fillStyle = colours.paper;
  pen.fill();
  pen.setLineDash([3, 2]);
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1.75;
  pen.stroke();
  pen.setLineDash([]);
}

function disc(pen: CanvasRenderingContext2D, colours: Colours): void {
  outline(pen, null, 7);
  pen.fillStyle = colours.quiet;
  pen.fill();
  pen.strokeStyle = colours.paper;
  pen.lineWidth = 1.5;
  pen.stroke();
}

// SPDX-License-Identifier: Apache-2.0
// The marks of what is sensed: for each priority a colour and a shape, full while it calls and hollow once acknowledged;
// two bars for what is shelved or suppressed; a struck, broken ring for silence, also around a mark that says more; a thin
// grey ring around the kind's own mark for what is at rest.
import type { Colours } from "./colours";

export const SIDE = 22;
export const OCTAGON = [[0.3, 0], [0.7, 0], [1, 0.3], [1, 0.7], [0.7, 1], [0.3, 1], [0, 0.7], [0, 0.3]]; // prettier-ignore
const TRIANGLE = [[0.5, 0], [1, 0.95], [0, 0.95]]; // prettier-ignore
export const DIAMOND = [[0.5, 0], [1, 0.5], [0.5, 1], [0, 0.5]]; // prettier-ignore
const SHAPES: (number[][] | null)[] = [OCTAGON, TRIANGLE, DIAMOND, null]; // no corners: a disc

/** A state is c1-c4, a1-a4, s, q or n, as the server tells it. */
export function draw(state: string, isSilent: boolean, look: Colours, ratio: number): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE * ratio;
  const pen = canvas.getContext("2d")!;
  pen.scale(ratio, ratio);
  if (state === "n") atRest(pen, look);
  else if (state === "q") bars(pen, look);
  else if (state === "s") silence(pen, look, true);
  else {
    alarm(pen, state, look);
    if (isSilent) silence(pen, look, false);
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function alarm(pen: CanvasRenderingContext2D, state: string, look: Colours): void {
  const place = Number(state[1]) - 1;
  const colour = look.hazards[place] ?? look.ink;
  const isCalling = state.startsWith("c");
  outline(pen, SHAPES[place] ?? null, isCalling ? 4 : 5);
  pen.lineJoin = "round";
  pen.strokeStyle = look.paper; // a halo, so that it is told from any ground
  pen.lineWidth = isCalling ? 4 : 5;
  pen.stroke();
  pen.fillStyle = isCalling ? colour : look.paper;
  pen.fill();
  pen.strokeStyle = isCalling ? look.ink : colour;
  pen.lineWidth = isCalling ? 1.25 : 2.25;
  pen.stroke();
}

export function outline(pen: CanvasRenderingContext2D, corners: number[][] | null, margin: number): void {
  const side = SIDE - 2 * margin;
  pen.beginPath();
  if (corners) corners.forEach(([x, y]) => pen.lineTo(margin + x! * side, margin + y! * side));
  else pen.arc(SIDE / 2, SIDE / 2, side / 2, 0, 2 * Math.PI);
  pen.closePath();
}

export function ring(pen: CanvasRenderingContext2D, colour: string, width: number, radius = 6.5): void {
  pen.beginPath();
  pen.arc(SIDE / 2, SIDE / 2, radius, 0, 2 * Math.PI);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function atRest(pen: CanvasRenderingContext2D, look: Colours): void {
  ring(pen, look.quiet, 1.5, 7);
  outline(pen, null, 8);
  pen.fillStyle = look.quiet;
  pen.fill();
}

function silence(pen: CanvasRenderingContext2D, look: Colours, isAlone: boolean): void {
  const radius = isAlone ? 7 : 9.75;
  if (isAlone) {
    outline(pen, null, 3);
    pen.fillStyle = look.paper;
    pen.fill();
  }
  pen.setLineDash([3.2, 2.4]);
  ring(pen, look.ink, isAlone ? 2 : 1.6, radius);
  pen.setLineDash([]);
  if (!isAlone) return;
  pen.beginPath();
  pen.moveTo(SIDE / 2 - 4.5, SIDE / 2 + 4.5);
  pen.lineTo(SIDE / 2 + 4.5, SIDE / 2 - 4.5);
  pen.stroke();
}

function bars(pen: CanvasRenderingContext2D, look: Colours): void {
  pen.fillStyle = look.paper;
  pen.strokeStyle = look.quiet;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.roundRect(4, 4, SIDE - 8, SIDE - 8, 3);
  pen.fill();
  pen.stroke();
  pen.fillStyle = look.quiet;
  pen.fillRect(7.75, 7, 2.25, 8);
  pen.fillRect(12, 7, 2.25, 8);
}

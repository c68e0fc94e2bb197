// SPDX-License-Identifier: Apache-2.0
// "Verify here": fetches an entry's proof, checks it step by step, and shows each: <section data-proof="address">.
import { check, type Proof } from "./proof";

for (const place of document.querySelectorAll<HTMLElement>("[data-proof]")) {
  place.querySelector("[data-verify]")?.addEventListener("click", () => void verify(place));
}

async function verify(place: HTMLElement): Promise<void> {
  const words = place.querySelector<HTMLElement>("[data-words]")?.dataset ?? {};
  clear(place);
  let proof: Proof;
  try {
    const answer = await fetch(place.dataset.proof ?? "", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    proof = (await answer.json()) as Proof;
  } catch {
    tell(place, words.unreached ?? "", false);
    return;
  }
  tell(place, (holds(place, proof, words) ? words.holds : words.fails) ?? "", true);
}

/** Whether every step holds; one that cannot even be computed (hexadecimal that is none) does not. */
function holds(place: HTMLElement, proof: Proof, words: DOMStringMap): boolean {
  const shown = document.querySelector("#entry-text")?.textContent ?? "";
  const known = place.querySelector<HTMLInputElement>("[data-known-key]")?.value ?? "";
  try {
    for (const found of check(proof, shown, known)) {
      show(place, found.step, found.holds, found.value, words);
      if (!found.holds) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function show(place: HTMLElement, step: string, isGood: boolean, value: string, words: DOMStringMap): void {
  const line = place.querySelector<HTMLElement>(`[data-step="${step}"]`);
  if (!line) return;
  line.hidden = false;
  line.dataset.state = isGood ? "good" : "bad";
  const state = line.querySelector(".bt-proof-state");
  if (state) state.textContent = (isGood ? words.good : words.bad) ?? "";
  const code = line.querySelector("code");
  if (code) code.textContent = value;
}

function clear(place: HTMLElement): void {
  for (const line of place.querySelectorAll<HTMLElement>("[data-step]")) {
    delete line.dataset.state;
    for (const part of line.querySelectorAll(".bt-proof-state, code")) part.textContent = "";
  }
  tell(place, "", false);
}

function tell(place: HTMLElement, said: string, isDone: boolean): void {
  const outcome = place.querySelector<HTMLElement>("[data-outcome]");
  if (!outcome) return;
  outcome.textContent = said;
  outcome.hidden = !said;
  outcome.className = isDone && said === place.querySelector<HTMLElement>("[data-words]")?.dataset.holds ? "bt-strip" : "bt-strip bt-strip-wrong";
}

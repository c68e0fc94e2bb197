// SPDX-License-Identifier: Apache-2.0
// An alarm that nobody has acknowledged is heard: tones made here by WebAudio, faster and higher the more urgent it is.
// The switch is remembered by this browser. What is heard stands on <html data-alarm-sound> as a word.
import { living } from "./fresh";

const YEAR = 365 * 24 * 3600;
// By priority: tones in hertz, and seconds from one call to the next.
const CALLS: Record<string, { tones: number[]; every: number }> = {
  "1": { tones: [988, 740, 988, 740], every: 2 },
  "2": { tones: [880, 659], every: 4 },
  "3": { tones: [659], every: 8 },
  "4": { tones: [523], every: 20 },
};

let audio: AudioContext | null = null;
let calledAt = 0;

export function keepSounding(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-sound-switch]");
  button?.addEventListener("click", () => {
    document.cookie = `bt_sound=${isOn() ? "off" : "on"};path=/;max-age=${YEAR};samesite=lax`;
    show(button);
    tend();
  });
  if (button) show(button);
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => void audio?.resume().then(tend));
  document.addEventListener("htmx:afterSettle", tend);
  window.setInterval(tend, 500);
  tend();
}

function isOn(): boolean {
  return !document.cookie.includes("bt_sound=off");
}

function show(button: HTMLButtonElement): void {
  const word = (isOn() ? button.dataset["on"] : button.dataset["off"]) ?? "";
  button.setAttribute("aria-pressed", String(isOn()));
  button.querySelector("[data-sound-word]")!.textContent = word;
}

function tend(): void {
  const loudest = living()?.dataset["loudest"] ?? "0";
  const call = CALLS[loudest];
  if (!call || !isOn()) return say(call ? "muted" : "quiet");
  audio ??= new AudioContext();
  if (audio.state !== "running") {
    void audio.resume();
    return say("blocked");
  }
  say("sounding");
  if (performance.now() - calledAt < call.every * 1000) return;
  calledAt = performance.now();
  call.tones.forEach((tone, place) => sound(audio!, tone, audio!.currentTime + place * 0.18));
}

function say(word: "quiet" | "muted" | "blocked" | "sounding"): void {
  document.documentElement.dataset["alarmSound"] = word;
  document.querySelector("#sound-blocked")?.toggleAttribute("hidden", word !== "blocked");
}

function sound(context: AudioContext, tone: number, at: number): void {
  const voice = context.createOscillator();
  const loud = context.createGain();
  voice.type = "triangle";
  voice.frequency.value = tone;
  loud.gain.setValueAtTime(0.0001, at);
  loud.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
  loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
  voice.connect(loud).connect(context.destination);
  voice.start(at);
  voice.stop(at + 0.17);
}

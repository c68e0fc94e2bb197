// SPDX-License-Identifier: Apache-2.0
// The public pages: their look, and what a script makes easier. Without it, everything essential works all the same.
import "../style/public.css";
import "../style/public-cases.css";

const FINE = 6;

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-locate]")) {
  if (!("geolocation" in navigator) || !window.isSecureContext) continue;
  button.hidden = false;
  button.closest<HTMLElement>("[data-near]")?.removeAttribute("hidden");
  button.addEventListener("click", () => locate(button));
}

for (const file of document.querySelectorAll<HTMLInputElement>("[data-photo]")) {
  file.addEventListener("change", () => {
    const said = file.closest("label")?.querySelector("span");
    const names = [...(file.files ?? [])].map((one) => one.name).join(", ");
    if (said && names) said.textContent = names;
    file.closest("label")?.classList.toggle("bt-public-file-chosen", Boolean(names));
  });
}

function locate(button: HTMLButtonElement): void {
  const form = button.form;
  const said = document.querySelector<HTMLElement>("[data-located]");
  if (!form) return;
  button.disabled = true;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.disabled = false;
      for (const [name, value] of [["lon", coords.longitude], ["lat", coords.latitude]] as const)
        form.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value.toFixed(FINE);
      if (form.matches("[data-near]")) form.submit();
      if (said) said.textContent = said.dataset["found"] ?? "";
      document.dispatchEvent(new CustomEvent("bt:located", { detail: [coords.longitude, coords.latitude] }));
      form.dispatchEvent(new Event("change", { bubbles: true }));
    },
    () => {
      button.disabled = false;
      if (said) said.textContent = said.dataset["lost"] ?? "";
    },
    { enableHighAccuracy: true, timeout: 15_000 },
  );
}

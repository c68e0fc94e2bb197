// SPDX-License-Identifier: Apache-2.0
// Small conveniences of forms: send on change, and no second sending of what is under way.
export function listenToForms(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("[data-send-on-change]")) field.closest("form")?.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
    event.submitter?.classList.add("btn-loading");
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-back]")) history.back();
  });
  // Filters stand open where there is room for them.
  if (window.matchMedia("(width >= 1100px)").matches)
    for (const one of document.querySelectorAll("[data-open-when-wide]")) one.setAttribute("open", "");
  // A page taken back from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
      delete form.dataset["sent"];
      form.querySelector(".btn-loading")?.classList.remove("btn-loading");
    }
  });
}

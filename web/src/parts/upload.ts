// SPDX-License-Identifier: Apache-2.0
// A file dropped on the form is chosen in it; without a script the ordinary file input does the same.
export function listenToUpload(): void {
  const form = document.querySelector<HTMLFormElement>(".bt-upload");
  const input = form?.querySelector<HTMLInputElement>("input[type=file]");
  if (!form || !input) return;
  for (const name of ["dragover", "dragenter"])
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("bt-over");
    });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("bt-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length) input.files = event.dataTransfer.files;
  });
}

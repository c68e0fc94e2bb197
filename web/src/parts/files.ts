// SPDX-License-Identifier: Apache-2.0
// The strip of files: what is chosen, dropped or photographed is sent at once, one after the other, with its progress.
// Without a script the same form sends the same files with its button.
import htmx from "htmx.org";

export function listenToFiles(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-files]");
  if (!form) return;
  form.classList.add("bt-files-scripted");
  for (const input of form.querySelectorAll<HTMLInputElement>("[data-files-input]"))
    input.addEventListener("change", () => {
      const chosen = [...(input.files ?? [])];
      input.value = "";
      void sendAll(form, chosen);
    });
  listenToDrops(form, form.closest("section") ?? form);
}

function listenToDrops(form: HTMLFormElement, place: HTMLElement): void {
  for (const name of ["dragover", "dragenter"] as const)
    place.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      place.classList.add("bt-over");
    });
  place.addEventListener("dragleave", (event) => {
    if (!place.contains(event.relatedTarget as Node | null)) place.classList.remove("bt-over");
  });
  place.addEventListener("drop", (event) => {
    place.classList.remove("bt-over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    void sendAll(form, [...event.dataTransfer.files]);
  });
}

async function sendAll(form: HTMLFormElement, files: File[]): Promise<void> {
  const lines = files.map((file) => new Line(form, file));
  for (const line of lines) await line.send();
}

/** One file under way: its name, its bar, and what was said when it was refused. */
class Line {
  private readonly item = document.createElement("li");
  private readonly bar = document.createElement("progress");
  private readonly note = document.createElement("div");

  constructor(
    private readonly form: HTMLFormElement,
    private readonly file: File,
  ) {
    const name = document.createElement("span");
    name.textContent = file.name;
    this.bar.className = "bt-progress";
    this.bar.max = 100;
    this.bar.setAttribute("aria-label", file.name);
    this.item.append(name, this.bar, this.note);
    form.querySelector("[data-files-list]")?.append(this.item);
  }

  async send(): Promise<void> {
    if (this.file.size > Number(this.form.dataset["most"])) {
      this.refuse(`${this.file.name}: ${this.form.dataset["tooLarge"] ?? ""}`);
      return;
    }
    const answer = await this.sent();
    if (answer.status === 200) {
      this.item.remove();
      show(answer.body);
    } else if (answer.status === 0) this.refuse(this.form.dataset["lost"] ?? "");
    else this.refuse(answer.body, true);
  }

  private sent(): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const done = (): void => resolve({ status: request.status, body: request.responseText });
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) this.bar.value = (100 * event.loaded) / event.total;
      });
      for (const name of ["load", "error", "abort", "timeout"]) request.addEventListener(name, done);
      request.open("POST", this.form.action);
      request.setRequestHeader("HX-Request", "true");
      const token = this.form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
      request.setRequestHeader("X-CSRFToken", token);
      const body = new FormData();
      body.append("file", this.file, this.file.name);
      request.send(body);
    });
  }

  /** The refusal in place of the bar; our own server's words come as a part of a page. */
  private refuse(said: string, isPart = false): void {
    this.bar.remove();
    this.item.classList.toggle("bt-files-refused", !isPart);
    this.note.setAttribute("role", "alert");
    if (isPart) this.note.replaceChildren(...new DOMParser().parseFromString(said, "text/html").body.childNodes);
    else this.note.textContent = said;
  }
}

function show(strip: string): void {
  const old = document.querySelector("#file-strip");
  const fresh = new DOMParser().parseFromString(strip, "text/html").querySelector("#file-strip");
  if (!old || !fresh) return;
  old.replaceWith(fresh);
  htmx.process(fresh);
}

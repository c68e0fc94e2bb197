// SPDX-License-Identifier: Apache-2.0
// Sends the queue, in order, once: each act until the city has answered for it. What is in conflict or refused stays, and is shown.
import * as queue from "./queue";

/** Who is signed in, the token of their forms, and their tasks. */
export interface State {
  who: string;
  token: string;
  tasks: { case: string; seen: number; address: string }[];
}

export type Came = "sent" | "offline" | "signed-out";

interface Answer {
  outcome?: string;
  uid?: string;
  said?: string;
}

/** What the city says now; null while it cannot be reached. */
export async function state(from: string): Promise<State | "signed-out" | null> {
  try {
    const answer = await fetch(from, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status >= 500) return null;
    return answer.ok && isJson(answer) ? ((await answer.json()) as State) : "signed-out";
  } catch {
    return null;
  }
}

/** Send what waits; two windows do not do it at once. */
export async function send(to: string, now: State): Promise<Came> {
  const run = async (): Promise<Came> => {
    for (const act of await queue.all(now.who)) {
      if (act.status !== "waiting") continue;
      const came = await one(act, to, now.token);
      if (came !== "sent") return came;
    }
    return "sent";
  };
  return navigator.locks ? navigator.locks.request("belltower-field", run) : run();
}

async function one(act: queue.Act, to: string, token: string): Promise<Came> {
  let answer: Response;
  try {
    answer = await fetch(to, { method: "POST", body: form(act), headers: { Accept: "application/json", "X-CSRFToken": token } });
  } catch {
    return "offline";
  }
  if (answer.status >= 500 || answer.status === 429) return "offline"; // it is asked again later
  if (!isJson(answer)) {
    if (answer.status !== 413) return "signed-out";
    await queue.put({ ...act, status: "refused", said: String(answer.status) });
    return "sent";
  }
  const said = (await answer.json()) as Answer;
  if (answer.ok) await queue.remove(act.key);
  else await queue.put({ ...act, status: said.outcome === "conflict" ? "conflict" : "refused", said: said.said ?? "", uid: said.uid ?? "" });
  return "sent";
}

function form(act: queue.Act): FormData {
  const body = new FormData();
  for (const name of ["key", "case", "step", "text", "seen", "follows", "at"] as const) body.append(name, act[name]);
  for (const photo of act.photos) body.append("photo", photo.blob, photo.name);
  body.append("facts", JSON.stringify(act.photos.map(({ at, lon, lat, unsure }) => ({ at, lon, lat, unsure }))));
  return body;
}

function isJson(answer: Response): boolean {
  return (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
}

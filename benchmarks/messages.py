# SPDX-License-Identifier: Apache-2.0
"""Citizens' messages: how right, how well calibrated and how fast the classifier is, and whether hot topics are events.

    python -m benchmarks.messages [--quick]

Reads ``messages/`` below BELLTOWER_DATA (default ../shared/data). Classified by repeated grouped cross-validation: a text
that is like another (and the words-only twin of a raw one) is never on the other side. docs/why/messages.md has the tables.
"""

from __future__ import annotations

import csv
import gzip
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from belltower.analytics.text import classifying, evaluating, kernels, topics
from belltower.analytics.text.calibrating import calibration_error, fitted
from belltower.analytics.text.duplicates import RELATED, groups, pairs
from belltower.analytics.text.extracting import places
from belltower.analytics.text.keeping import as_bytes
from belltower.analytics.text.normalising import is_cut, joined
from belltower.analytics.text.vectors import grams_of, vectors_of, vocabulary_of
from benchmarks.ground import report

DATA = Path(os.environ.get("BELLTOWER_DATA", "../shared/data")) / "messages"
LABEL = "一级分类"
FOLDS, REPEATS, QUICK_REPEATS = 5, 3, 1
TOP = 10
MESSAGES, QUICK_MESSAGES = 100_000, 10_000
_BASELINE_LIKE = 0.25  # as ALIKE; the best of 0.2, 0.25, 0.3, 0.4 for the baseline by the share told below


def main(arguments: list[str]) -> None:
    """Print tables and, last, the figures."""
    if not DATA.is_dir():
        print(f"no {DATA}: set BELLTOWER_DATA to where messages/ lies")
        report(skipped="no data")
        return
    is_quick = "--quick" in arguments
    texts, labels, raw = labelled()
    figures: dict[str, float] = {}
    figures |= speed(texts, labels, raw)
    figures |= rightness(texts, labels, raw, QUICK_REPEATS if is_quick else REPEATS)
    figures |= hot_topics()
    figures |= importing(QUICK_MESSAGES if is_quick else MESSAGES, texts, labels, raw)
    report(**figures)


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of the set."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def labelled() -> tuple[list[str], list[str], int]:
    """Texts and labels, the words-only ones first; from which number on they are raw."""
    cut = [(row["分词文本"], row[LABEL].strip()) for row in rows("labelled_tokenized")]
    raw = [(joined([row["留言主题"], row["留言详情"]]), row[LABEL].strip()) for row in rows("labelled_raw")]
    return [text for text, _ in cut + raw], [label for _, label in cut + raw], len(cut)


def speed(texts: list[str], labels: list[str], raw: int) -> dict[str, float]:
    """Seconds of a training on everything, and raw texts classified a second, both after what is compiled was."""
    classifying.train(texts[::20], labels[::20]).answers(texts[:10])
    began = time.perf_counter()
    model = classifying.train(texts, labels)
    train_s = time.perf_counter() - began
    many = texts[raw:] * 20
    began = time.perf_counter()
    for at in range(0, len(many), 1000):
        model.answers(many[at : at + 1000])
    per_s = len(many) / (time.perf_counter() - began)
    print(f"trained on {len(texts):,} texts in {train_s:.1f} s; {per_s:,.0f} raw texts/s on one core", flush=True)
    return {"train_s": round(train_s, 2), "texts_per_s": round(per_s)}


def rightness(texts: list[str], labels: list[str], raw: int, repeats: int) -> dict[str, float]:
    """Macro-F1 and calibration error over folds that no group of near-duplicates crosses, by form of the text."""
    together = groups(len(texts), pairs(texts, least=RELATED))
    names = sorted(set(labels))
    truth = np.array([names.index(label) for label in labels])
    is_raw = np.arange(len(texts)) >= raw
    twins = np.isin(together, np.array(together)[is_raw]) & ~is_raw
    forms = {"raw": is_raw, "words-only": ~is_raw, "words-only twins of the raw": twins}
    print(f"{len(set(together)):,} groups among {len(texts):,} texts; {repeats} x {FOLDS} folds", flush=True)
    found: dict[str, list[evaluating.Evaluation]] = {form: [] for form in forms}
    floor = []
    for repeat in range(repeats):
        chances = crossed(texts, truth, together, len(names), seed=repeat)
        for form, rows_of in forms.items():
            found[form].append(evaluating.judged(names, truth[rows_of], chances[rows_of]))
        floor.append(by_chance(chances[is_raw], seed=repeat))
    for form, each in found.items():
        f1s = [one.macro_f1 for one in each]
        print(
            f"  {form}: macro-F1 {statistics.mean(f1s):.4f} ({min(f1s):.4f}-{max(f1s):.4f}), "
            f"accuracy {statistics.mean(one.accuracy for one in each):.4f}, "
            f"calibration error {statistics.mean(one.calibration_error for one in each):.4f}"
        )
    print(f"  a model that knew its own chances exactly would show {statistics.mean(floor):.4f} on so few raw texts")
    last = found["raw"][-1]
    print("  raw, by label: " + ", ".join(f"{name} {f1:.3f}" for name, f1 in zip(last.labels, last.f1, strict=True)), flush=True)  # fmt: skip

    def mean(form: str, of: str) -> float:
        return round(statistics.mean(getattr(one, of) for one in found[form]), 4)

    return {
        "macro_f1": mean("raw", "macro_f1"), "ece": mean("raw", "calibration_error"),
        "ece_by_chance": round(statistics.mean(floor), 4), "macro_f1_words": mean("words-only", "macro_f1"),
        "ece_words": mean("words-only", "calibration_error"), "accuracy": mean("raw", "accuracy"),
    }  # fmt: skip


def crossed(texts: list[str], truth: Any, together: Sequence[int], classes: int, *, seed: int) -> Any:
    """Chances of every text by a classifier, calibration and all, that saw nothing of its group."""
    grams, chances = grams_of(texts), np.zeros((len(texts), classes))
    is_whole = np.array([not is_cut(text) for text in texts])
    for asked in classifying.folds(truth, together, count=FOLDS, seed=seed):
        taught = np.setdiff1d(np.arange(len(texts)), asked)
        inside, known = [together[at] for at in taught], truth[taught]
        margins = classifying.honest_margins(grams.of(taught), known, inside, classes)
        calibration = fitted(margins, known, is_whole[taught])
        vocabulary, weights = classifying.learn(grams.of(taught), known, classes)
        vectors = vectors_of(grams.of(asked), vocabulary)
        chances[asked] = calibration.chances(
            kernels.margins_of(vectors.columns, vectors.values, vectors.begins, weights)
        )
    return chances


def by_chance(chances: Any, *, seed: int, draws: int = 50) -> float:
    """The calibration error of a perfectly calibrated model with these confidences: luck of the number of texts alone."""
    random, confidence = np.random.default_rng(seed), chances.max(axis=1)
    return statistics.mean(calibration_error(confidence, random.random(len(confidence)) < confidence) for _ in range(draws))  # fmt: skip


def hot_topics() -> dict[str, float]:
    """The hottest matters of a year's messages, and how much of each names one place; beside it a single-pass baseline."""
    told = [
        topics.Told(row["留言主题"], row["留言详情"], instant(row["留言时间"]), int(row["点赞数"]) - int(row["反对数"]))
        for row in rows("hot_topics_full")
    ]
    began = time.perf_counter()
    found = topics.topics(told, now=max(one.at for one in told))
    took = time.perf_counter() - began
    largest = sorted(found, key=lambda one: -one.people)[:TOP]
    print(f"{len(told):,} messages, {len(found)} topics in {took:.1f} s; those of most people:")
    for one in largest:
        print(f"  {one.people:3} {one.name} | {one.place} | {one.began_at:%Y-%m-%d} to {one.last_at:%Y-%m-%d}")
    named = [frozenset(places(f"{one.subject}\n{one.text}")) for one in told]
    ours = agreement([one.messages for one in largest], named)
    plain = single_pass(told)
    theirs = agreement(plain, named)
    whole, broken = gathered([one.messages for one in largest], named), gathered(plain, named)
    print(
        f"of the ten largest, messages that name the topic's place: ours {ours:.0%}, single pass by words alone {theirs:.0%}"
    )
    print(f"of all messages that name that place, those in the topic: ours {whole:.0%}, single pass {broken:.0%}")
    for rows_of in plain:
        print(f"  baseline {len(rows_of):3} {told[rows_of[0]].subject}")
    return {"topics": len(found), "topics_s": round(took, 1), "place_share": round(ours, 3), "place_share_baseline": round(theirs, 3), "gathered": round(whole, 3), "gathered_baseline": round(broken, 3)}  # fmt: skip


def agreement(found: Sequence[Sequence[int]], named: Sequence[frozenset[str]]) -> float:
    """The mean share of a topic's messages that name the place which most of them name."""
    shares = []
    for rows_of in found:
        counted = Counter(place for at in rows_of for place in named[at])
        shares.append(max(counted.values(), default=0) / len(rows_of))
    return statistics.mean(shares) if shares else 0.0


def gathered(found: Sequence[Sequence[int]], named: Sequence[frozenset[str]]) -> float:
    """The mean share, of all messages that name a topic's place, that the topic holds: low where an event is in pieces."""
    shares = []
    for rows_of in found:
        counted = Counter(place for at in rows_of for place in named[at])
        if counted:
            [(place, inside)] = counted.most_common(1)
            shares.append(inside / sum(place in each for each in named))
    return statistics.mean(shares) if shares else 0.0


def single_pass(told: Sequence[topics.Told]) -> list[list[int]]:
    """The usual plain way: in the order of time each message joins the topic whose first message is likest, or begins one."""
    order = sorted(range(len(told)), key=lambda at: told[at].at)
    grams = grams_of([f"{told[at].subject}\n{told[at].text}" for at in order], longest=2)
    vectors = vectors_of(grams, vocabulary_of(grams))
    dense = np.zeros(int(vectors.columns.max()) + 1, dtype=np.float32)
    leaders: list[tuple[Any, Any]] = []
    members: list[list[int]] = []
    for at in range(len(order)):
        span = slice(vectors.begins[at], vectors.begins[at + 1])
        columns, values = vectors.columns[span], vectors.values[span]
        dense[columns] = values
        likes = [float(dense[c] @ v) for c, v in leaders]
        dense[columns] = 0
        best = max(range(len(likes)), key=likes.__getitem__) if likes else -1
        if best >= 0 and likes[best] >= _BASELINE_LIKE:
            members[best].append(order[at])
        else:
            leaders.append((columns, values))
            members.append([order[at]])
    return sorted(members, key=len, reverse=True)[:TOP]


def importing(count: int, texts: list[str], labels: list[str], raw: int) -> dict[str, float]:
    """Seconds from a CSV of real texts with simulated writers to committed, classified, sealed rows, ledger and all."""
    from benchmarks.ground import fresh_database

    content = as_bytes(classifying.train(texts, labels))
    with fresh_database() as home:
        from belltower.core.messages.actions import use_model
        from belltower.core.messages.importing import import_file
        from belltower.kernel.actors import Actor

        by, now = Actor.system("benchmark"), datetime.now(UTC)
        use_model(content, by=by, now=now)
        path = home / "board.csv"
        letters = write_board(path, count)
        began = time.perf_counter()
        batch = import_file(path, by=by, now=now)
        took = time.perf_counter() - began
    print(
        f"{batch.taken:,} messages of {letters:.0f} letters imported and classified in {took:.1f} s, {count / took:,.0f}/s"
    )
    return {"import_s": round(took, 1), "imported": batch.taken}


def write_board(path: Path, count: int) -> float:
    """A board's export: the year's real texts again and again, each with its own number and one of many writers; mean length."""
    real = list(rows("hot_topics_full"))
    random, letters = np.random.default_rng(7), 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("留言编号", "留言用户", "联系电话", "留言主题", "留言时间", "留言详情", "点赞数", "反对数"))
        for n in range(count):
            row, who = real[n % len(real)], int(random.integers(0, count // 3))
            letters += len(row["留言详情"])
            writer.writerow((f"B{n:07}", f"网友{who:06}", f"1380{who:07}", row["留言主题"], row["留言时间"],
                             f"{row['留言详情']}（第{n}号）", row["点赞数"], row["反对数"]))  # fmt: skip
    return letters / count


def instant(said: str) -> datetime:
    """An instant of the set, to the second or the minute."""
    plain = said.strip().replace("/", "-")
    return datetime.strptime(plain, "%Y-%m-%d %H:%M:%S" if plain.count(":") == 2 else "%Y-%m-%d %H:%M")  # noqa: DTZ007


if __name__ == "__main__":
    main(sys.argv[1:])

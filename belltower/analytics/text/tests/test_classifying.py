# SPDX-License-Identifier: Apache-2.0
"""A classifier learns from raw texts and from words, keeps near-duplicates together, and comes back from its file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest

from belltower.analytics.text import calibrating, classifying, evaluating, keeping
from belltower.analytics.text.normalising import codes

ABOUT = {
    "路灯": ("路灯不亮", "路灯坏了", "路灯杆倾斜", "灯不亮走路看不见"),
    "垃圾": ("垃圾没人清运", "垃圾桶满了", "垃圾堆在路边发臭", "清运车几天没来"),
    "噪音": ("工地夜里施工噪音", "广场舞音响太吵", "半夜打桩睡不着", "噪音扰民"),
}
WHERE = ("蒸湘路", "解放路", "船山路", "雁城花园", "立新村", "衡州大道", "石鼓巷", "湘江北路", "中山南路", "东风市场")


def written() -> Iterator[tuple[str, str]]:
    for n in range(240):
        label = [*ABOUT][n % 3]
        yield (
            f"{WHERE[n % 10]}{n // 3 % 17 + 1}号{ABOUT[label][n // 3 % 4]}，请尽快处理{chr(0x4E00 + n * 7)}{chr(0x5E00 + n * 11)}",
            label,
        )


@pytest.fixture(scope="module")
def model() -> classifying.Classifier:
    texts, labels = zip(*written(), strict=True)
    return classifying.train(texts, labels, columns=("内容", "类别"))


def test_what_was_learnt_is_recognised_in_other_words(model: classifying.Classifier) -> None:
    answers = model.answers(["你好，我们巷子的路灯三天没有亮", "楼下垃圾没有人清运", "工地打桩噪音太大"])
    assert [one.label for one in answers] == ["路灯", "垃圾", "噪音"]
    assert all(abs(sum(one.chances) - 1) < 1e-6 and one.confidence == max(one.chances) for one in answers)


def test_a_text_cut_into_words_is_read_as_the_raw_one(model: classifying.Classifier) -> None:
    raw, cut = model.chances(["垃圾桶满了没人清运", "垃圾 桶 满 了 没人 清运"])
    assert raw == pytest.approx(cut)


def test_what_says_nothing_is_not_sure(model: classifying.Classifier) -> None:
    """Only the shares of the labels are left to go by."""
    [answer] = model.answers(["？？？"])
    assert answer.confidence < 0.6


def test_a_model_comes_back_from_its_file_as_it_was(model: classifying.Classifier) -> None:
    again = keeping.read(keeping.as_bytes(model))
    assert again.chances(["路灯不亮"]).tolist() == model.chances(["路灯不亮"]).tolist()
    assert (again.labels, again.digest, again.columns) == (model.labels, model.digest, ("内容", "类别"))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no", b"\x80\x04K\x01."])
def test_a_file_that_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no model"):
        keeping.read(data)


def test_a_pickle_inside_a_model_is_not_run() -> None:
    out = io.BytesIO()
    np.savez(out, keys=np.array([print], dtype=object), rarity=np.zeros(1), weights=np.zeros(1), about=np.zeros(1))
    with pytest.raises(ValueError, match="Object arrays"):
        keeping.read(out.getvalue())


def test_parts_that_do_not_fit_each_other_are_refused(model: classifying.Classifier) -> None:
    broken = classifying.Classifier(
        model.labels, model.vocabulary, model.weights[:-3], model.calibration, model.digest, model.texts
    )
    with pytest.raises(ValueError, match="do not fit"):
        keeping.read(keeping.as_bytes(broken))


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="two labels"):
        classifying.train(["路灯不亮"] * 6 + ["垃圾"], ["路灯"] * 6 + ["垃圾"])


def test_no_group_is_split_between_folds() -> None:
    labels, together = np.arange(60) % 3, [at // 4 * 4 for at in range(60)]
    parts = list(classifying.folds(labels, together, count=5, seed=1))
    assert sorted(at for part in parts for at in part.tolist()) == list(range(60))
    assert all(len({n for n, part in enumerate(parts) if at in part}) == 1 for at in range(60))
    assert all(together[at] in {together[other] for other in part} for part in parts for at in part.tolist())
    of_group = {lead: {n for n, part in enumerate(parts) for at in part.tolist() if together[at] == lead} for lead in together}  # fmt: skip
    assert all(len(found) == 1 for found in of_group.values())


def test_calibrated_chances_are_as_often_right_as_they_say() -> None:
    random = np.random.default_rng(3)
    margins = random.normal(size=(6000, 4))
    true = calibrating.Calibration(1.7, (0.4, 0.0, -0.3, 0.1)).chances(margins)
    labels = np.array([random.choice(4, p=row) for row in true])
    found = calibrating.fitted(margins, labels)
    assert found.slope == pytest.approx(1.7, abs=0.15)
    chances = found.chances(margins)
    assert calibrating.calibration_error(chances.max(axis=1), chances.argmax(axis=1) == labels) < 0.03


def test_macro_f1_counts_every_label_alike() -> None:
    """One of ten is rare and always missed: accuracy hardly notices, macro-F1 halves."""
    chances = np.tile([0.9, 0.1], (10, 1))
    found = evaluating.judged(["a", "b"], [0] * 9 + [1], chances)
    assert found.accuracy == 0.9
    assert found.macro_f1 == pytest.approx((18 / 19 + 0) / 2)
    assert found.confusion == ((9, 0), (1, 0))


def test_forms_of_one_text_have_the_same_letters() -> None:
    one, wide, cut = "A3区１２号楼WIFI坏了。\n请修", "区12号楼ｗｉｆｉ坏了！请修", "区 12 号 楼 wifi 坏了_x000D_！请 修"
    read = codes([one, wide, cut])
    told = [read.letters[read.starts[at] : read.starts[at + 1]].tolist() for at in range(3)]
    assert told[1] == told[2]
    assert [letter for letter in told[0] if letter] == [letter for letter in told[1] if letter]


def test_how_sure_it_is_is_fitted_on_texts_of_the_form_that_is_asked() -> None:
    """Where whole texts are harder than those cut into words, answers about them become less sure, and stay the same."""
    random = np.random.default_rng(3)
    labels, is_asked = random.integers(0, 4, 4000), np.arange(4000) < 600
    margins = random.normal(0, np.where(is_asked, 1.2, 0.6)[:, None], (4000, 4)) + 1.5 * np.eye(4)[labels]
    plain, found = calibrating.fitted(margins, labels), calibrating.fitted(margins, labels, is_asked)

    def error(one: calibrating.Calibration) -> float:
        chances = one.chances(margins[is_asked])
        return calibrating.calibration_error(chances.max(axis=1), chances.argmax(axis=1) == labels[is_asked])

    assert 3 * error(found) < error(plain)
    told = found.chances(margins)
    assert np.allclose(told.sum(axis=1), 1)
    assert (told.argmax(axis=1) == plain.chances(margins).argmax(axis=1)).all()

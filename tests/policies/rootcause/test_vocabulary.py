"""Searching many words at once finds what searching each of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loop.multisearch import engine
from policies.rootcause.finding import Line, Lines
from policies.rootcause.vocabulary import SEARCHED_TOGETHER, Vocabulary

TEXTS = st.lists(st.text(alphabet="aäb.\u4e2d ", max_size=12), max_size=8)
WORDS = st.lists(st.text(alphabet="aäb.\u4e2d ", max_size=3), max_size=6)
FILLING = tuple(f"{n} is enough" for n in range(SEARCHED_TOGETHER))


def lines_of(texts: list[str], vocabulary: Vocabulary | None = None) -> Lines:
    """Give *texts* as lines."""
    lines = [Line(n, text) for n, text in enumerate(texts, 1)]
    return Lines(lines, vocabulary) if vocabulary else Lines(lines)


def full(*words: str) -> Vocabulary:
    """Give a vocabulary that searches *words*."""
    vocabulary = Vocabulary(engine)
    for word in (*FILLING, *words):
        vocabulary.learn(word)
    return vocabulary


@given(TEXTS, WORDS, WORDS)
def test_a_vocabulary_changes_no_answer(
    texts: list[str], known: list[str], asked: list[str]
) -> None:
    plain, quick = lines_of(texts), lines_of(texts, full(*known))
    for words in (asked, known):
        for word in words:
            assert quick.hold([word]) == plain.hold([word])
        assert list(quick.places(words)) == list(plain.places(words))
        assert quick.hold(words) == plain.hold(words)


def test_what_one_text_was_asked_for_is_searched_in_the_next() -> None:
    vocabulary = Vocabulary(engine)
    first = lines_of(["ERROR 7: it broke"], vocabulary)
    first.places(FILLING)
    first.hold(["warning", "ERROR"])
    assert vocabulary.absent("ERROR 8 is enough") == {*FILLING, "warning"} - {"8 is enough"}


def test_without_an_engine_it_knows_nothing() -> None:
    vocabulary = Vocabulary()
    for word in FILLING:
        vocabulary.learn(word)
    assert not vocabulary.absent("")

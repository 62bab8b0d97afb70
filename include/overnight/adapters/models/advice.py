"""The forms that a model answers in when it is asked for advice; what it says is capped and never trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from ...domain.reviewing import Judgement, Review, WrittenFile

_MOST_FILES, _LONGEST_FILE = 8, 64_000
_MOST_FINDINGS, _LONGEST_TEXT, _LONGEST_QUOTE = 20, 500, 2000

Clean = Callable[[str], str]


class JudgedCriterion(BaseModel):
    """What you found out about one acceptance criterion."""

    number: int = Field(description="The criterion's number in the list.")
    met: bool
    quote: str = Field("", description="One to five lines of the diff that prove it, copied exactly.")
    path: str = Field("", description="The file the quote stands in.")
    comment: str = Field("", description="One sentence why.")


class ReviewForm(BaseModel):
    """Your review of the change."""

    judgements: list[JudgedCriterion]
    out_of_scope: list[str] = []
    against_instructions: list[str] = []

    def review(self, criteria: Sequence[str], clean: Clean, *, model: str, tier: str) -> Review:
        """Return the review with our criteria's words; of two answers to one the stricter counts."""
        strict: dict[int, JudgedCriterion] = {}
        for judged in self.judgements:
            known = strict.get(judged.number)
            if 1 <= judged.number <= len(criteria) and (known is None or known.met):
                strict[judged.number] = judged
        return Review(
            tuple(_judgement(criteria[number - 1], strict[number], clean) for number in sorted(strict)),
            _sentences(self.out_of_scope, clean),
            _sentences(self.against_instructions, clean),
            model,
            tier,
        )


class TestFile(BaseModel):
    """One new test file."""

    __test__ = False

    path: str = Field(description="Path from the repository's root; the file must not exist yet.")
    text: str = Field(description="The whole file.")


class TestsForm(BaseModel):
    """The test files you wrote; none when nothing can be tested."""

    __test__ = False

    files: list[TestFile] = []

    def written(self, clean: Clean) -> tuple[WrittenFile, ...]:
        """Return the files that say something, in order; one that is too long to be read is left out."""
        usable = [
            WrittenFile(clean(file.path).strip(), clean(file.text))
            for file in self.files
            if file.path.strip() and file.text.strip() and len(file.text) <= _LONGEST_FILE
        ]
        return tuple({file.path: file for file in usable}.values())[:_MOST_FILES]


def _judgement(criterion: str, judged: JudgedCriterion, clean: Clean) -> Judgement:
    return Judgement(
        criterion,
        judged.met,
        clean(judged.quote)[:_LONGEST_QUOTE],
        clean(judged.path).strip()[:_LONGEST_TEXT],
        clean(judged.comment).strip()[:_LONGEST_TEXT],
    )


def _sentences(texts: Sequence[str], clean: Clean) -> tuple[str, ...]:
    told = [clean(text).strip()[:_LONGEST_TEXT] for text in texts]
    return tuple(text for text in told if text)[:_MOST_FINDINGS]

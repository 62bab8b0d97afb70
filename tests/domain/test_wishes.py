"""What trusted people want, of all that was said on a pull request."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.following import Remark, RemarkKind
from include.overnight.domain.revisions import Revision, RevisionCause, feedback_of, tell, why_no_more
from include.overnight.domain.wishes import mark_of, read_wishes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRUSTED = {"OWNER", "MEMBER", "COLLABORATOR"}
C, R, T = RemarkKind.COMMENT, RemarkKind.REVIEW, RemarkKind.THREAD


def said(number, body, kind=C, author="ann", association="MEMBER", **more):
    at = NOON + timedelta(minutes=number)
    return Remark(number, kind, author, association, body, at, **more)


def wishes(*remarks, heard=()):
    return read_wishes(remarks, ("overnight",), TRUSTED, heard)


def test_a_review_without_words_asks_through_its_threads_and_is_heard_with_them():
    read = wishes(
        said(1, "", R, state="CHANGES_REQUESTED"),
        said(2, "Blue is missing.", T, review=1, path="a.py", line=3),
        said(3, "Nice.", T, review=9, path="a.py", line=4),
    )
    assert [remark.id for remark, _ in read.change] == [1, 2]
    assert read.feedback == "ann asks on a.py, line 3:\nBlue is missing."


def test_a_review_without_any_words_is_unclear():
    assert [one.id for one in wishes(said(1, "", R, state="CHANGES_REQUESTED")).unclear] == [1]


def test_only_the_newest_decision_of_a_reviewer_counts():
    asked, later = said(1, "Blue!", R, state="CHANGES_REQUESTED"), said(3, "", R, state="APPROVED")
    assert wishes(asked, said(2, "hm", R, state="COMMENTED")).change != ()
    assert wishes(asked, later).change == ()
    assert wishes(asked, said(3, "", R, author="bea", state="APPROVED")).change != ()


def test_what_was_heard_is_not_heard_again():
    asked = said(1, "@overnight fix blue")
    assert wishes(asked, heard={mark_of(asked)}).change == ()


def test_a_stop_takes_back_what_was_asked_before_it_and_not_what_comes_after():
    read = wishes(said(1, "@overnight fix a"), said(2, "@overnight stop"), said(3, "@overnight rebase"))
    assert ([one.id for one in read.stop], [one.id for one, _ in read.change]) == ([1, 2], [3])
    assert (read.rebase, read.feedback) == (True, "")


def test_rebase_and_explain_are_told_apart_from_a_fix():
    read = wishes(said(1, "@overnight explain"), said(2, "@overnight rebase\n@overnight fix it"))
    assert ([one.id for one in read.explain], read.rebase) == ([1], True)
    assert read.feedback == "ann asks:\nit"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["@overnight fix zebra", "@overnight stop", "@overnight explain", "zebra"]),
            st.sampled_from([C, R, T]),
            st.sampled_from(["NONE", "CONTRIBUTOR", "FIRST_TIMER", ""]),
            st.sampled_from(["", "CHANGES_REQUESTED"]),
        ),
        max_size=6,
    )
)
def test_strangers_change_nothing(rows):
    remarks = [
        said(number, body, kind, "mallory", association, state=state, review=1, thread=2)
        for number, (body, kind, association, state) in enumerate(rows)
    ]
    mine = said(99, "@overnight fix blue")
    assert wishes(*remarks, mine) == wishes(mine)


def revision(number=5, cause=RevisionCause.REVIEW, **more):
    return Revision(3, number, cause, "say\nmore", "a" * 40, **more)


def test_a_revision_is_the_same_however_often_it_is_asked_for():
    asked = revision(remarks=(("comment", 1),))
    assert asked.key == revision(remarks=(("comment", 1),), asked_by=("bea",)).key
    assert len({asked.key, revision(remarks=(("comment", 2),)).key, revision().key, revision(6).key}) == 4


def test_every_line_of_what_was_said_is_quoted_for_a_builder():
    told = feedback_of([revision(), revision(cause=RevisionCause.QUEUE)])
    assert told.endswith("\n\n> say\n> more")
    assert feedback_of([]) == ""


def test_the_reason_names_who_asked_and_what_happened():
    both = [revision(asked_by=("ann", "bea")), revision(cause=RevisionCause.CONFLICT)]
    assert (
        tell(both)
        == "revision of #5: ann and bea asked for a change, revision of #5: it conflicts with its base"
    )


def test_a_cause_is_counted_for_its_pull_request_alone():
    queue = revision(cause=RevisionCause.QUEUE)
    assert why_no_more(queue, [revision(), revision(6, RevisionCause.QUEUE)]) == ""
    assert "its one attempt" in why_no_more(queue, [queue])

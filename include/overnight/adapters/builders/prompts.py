"""What the builder is told, with the untrusted text of the issue fenced in."""

from __future__ import annotations

from ...domain.changes import Commission
from ...domain.sanitizing import sanitize
from ..models.prompts import Prompt, fence_mark, load_prompt, one_line

__all__ = ["Prompt", "load_prompt", "one_line", "task_prompt"]


def task_prompt(commission: Commission) -> str:
    """Return the first user message of one attempt."""
    issue = commission.issue
    body = sanitize(issue.body).strip() or "(the issue has no text)"
    mark = fence_mark(commission.night, str(issue.number), str(commission.attempt), body)
    return load_prompt("build_task").render(
        repository=commission.repository.full_name,
        number=issue.number,
        title=one_line(issue.title),
        attempt=commission.attempt,
        tier=commission.tier,
        author=one_line(issue.author) or "an unknown person",
        body=body,
        fence_open=f"<<<<<<<< UNTRUSTED ISSUE TEXT {mark}",
        fence_close=f">>>>>>>> END OF UNTRUSTED ISSUE TEXT {mark}",
        commands=[(name, command) for name, command in commission.commands if command],
        instructions=[(path, text.strip()) for path, text in commission.instructions],
        lessons=[one_line(lesson) for lesson in commission.lessons],
        plan=commission.plan.strip(),
        feedback=commission.feedback.strip(),
    )

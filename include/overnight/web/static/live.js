// Follows a night: every event on its stream fetches the board anew, at most once a second.
(() => {
  "use strict";
  const board = document.querySelector("[data-board]");
  const state = document.querySelector("[data-live]");
  if (!board || !state || !window.EventSource) return;

  let waiting = null, busy = false, last = "";

  const say = (text, on) => {
    state.textContent = text;
    state.classList.toggle("on", on);
  };

  const refresh = async () => {
    if (busy) return later();
    busy = true;
    try {
      const answer = await fetch(board.dataset.board, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (html !== last) replace(html);
      last = html;
    } catch {
      say("Live updates are interrupted; trying again.", false);
    } finally {
      busy = false;
    }
  };

  // What has the focus keeps it: nobody at a keyboard is thrown back to the top of the page.
  const replace = (html) => {
    const focused = board.contains(document.activeElement) ? document.activeElement.id : "";
    const parsed = new DOMParser().parseFromString(html, "text/html");
    board.replaceChildren(...parsed.body.childNodes);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const later = () => {
    if (waiting) return;
    waiting = setTimeout(() => { waiting = null; refresh(); }, 1000);
  };

  let stream = null;
  const follow = () => {
    stream = new EventSource(state.dataset.live);
    stream.onopen = () => say("Live", true);
    stream.onerror = () => say("Live updates are interrupted; trying again.", false);
    stream.addEventListener("overnight", (event) => {
      document.querySelector("[data-last]")?.replaceChildren(JSON.parse(event.data).description);
      later();
    });
    stream.addEventListener("end", () => {
      stream.close();
      stream = null;
      say("The night is over. Reload the page for its summary.", false);
      later();
    });
  };

  // A tab that nobody looks at holds no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { stream?.close(); stream = null; }
    else if (!stream && state.classList.contains("on")) { follow(); later(); }
  });
  follow();
})();

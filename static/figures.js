/* Keeps the figures of now up to date: over server-sent events, or by looking again where no stream is free. */
(() => {
  const live = document.querySelector("#live[data-stream]");
  if (!live) return;
  const EVERY = 10000;
  let source, timer;

  function show(html) {
    const at = live.querySelector(".scroll:focus") ? [...live.querySelectorAll(".scroll")].indexOf(document.activeElement) : -1;
    live.innerHTML = html;
    if (at >= 0) live.querySelectorAll(".scroll")[at]?.focus({ preventScroll: true });
  }
  async function look() {
    if (document.hidden) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
    if (found) show(found.innerHTML);
  }
  function listen() {
    clearInterval(timer);
    source = new EventSource(live.dataset.stream);
    source.onmessage = (event) => show(event.data);
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // it asks for another by itself
      timer = setInterval(look, EVERY);
    };
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source.close();
    else listen();
  });
  listen();
})();

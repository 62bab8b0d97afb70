"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const themed = (layout) => {
    const axis = { gridcolor: colour("--grid"), linecolor: colour("--line"), zerolinecolor: colour("--line") };
    const own = { font: { color: colour("--ink"), size: 12, family: "system-ui, sans-serif" } };
    for (const name of ["xaxis", "yaxis", "yaxis2"]) {
      if (name !== "yaxis2" || layout.yaxis2) own[name] = { ...layout[name], ...axis };
    }
    return { ...layout, ...own };
  };
  const draw = () => {
    for (const place of document.querySelectorAll("[data-figure]")) {
      const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
      Plotly.react(place, figure.data, themed(figure.layout), { displayModeBar: false, responsive: true });
    }
  };
  draw();
  dark.addEventListener("change", draw);
})();

// A field to sign in. What is drawn becomes the text of an SVG path in a hidden input: pen down, pen moved, numbers.
// Without this script the field stays away, and the page says what to do instead.

/** A place in the field's own units, inside it. */
function placeOf(pad, event) {
  const { left, top, width, height } = pad.getBoundingClientRect();
  const box = pad.viewBox.baseVal;
  const inside = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  return [
    inside(((event.clientX - left) / width) * box.width, box.width),
    inside(((event.clientY - top) / height) * box.height, box.height),
  ];
}

function prepare(root) {
  const pad = root.querySelector("[data-pad]");
  const line = pad.querySelector("path");
  const kept = root.querySelector("[data-path]");
  const clear = root.querySelector("[data-clear]");
  const longest = Number(root.dataset.longest);
  let last = null; // where the pen is, while it is down
  let stroke = ""; // what it has drawn since it came down

  const show = () => {
    line.setAttribute("d", kept.value + (stroke.includes("L") ? stroke : ""));
    clear.hidden = !kept.value && !stroke;
  };
  const add = (place) => {
    const far = Math.abs(place[0] - last[0]) + Math.abs(place[1] - last[1]) >= 3;
    const more = `L${place[0]} ${place[1]}`;
    if (!far || kept.value.length + stroke.length + more.length > longest) return;
    stroke += more;
    last = place;
    show();
  };
  const lift = () => {
    if (last === null) return;
    if (stroke.includes("L")) kept.value += stroke;
    last = null;
    stroke = "";
    show();
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || last !== null) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    last = placeOf(pad, event);
    stroke = `M${last[0]} ${last[1]}`;
  });
  pad.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const each = event.getCoalescedEvents?.() ?? [];
    for (const one of each.length ? each : [event]) add(placeOf(pad, one));
  });
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);
  clear.addEventListener("click", () => {
    kept.value = "";
    show();
  });

  pad.removeAttribute("hidden");
  show();
}

for (const root of document.querySelectorAll("[data-signature]")) prepare(root);

// The scrubber: drawn along the days of a customer's history, it asks for the day it is let go on.

const DAY = 86_400_000;
const field = document.getElementById("as_of");
const scrub = document.getElementById("scrub");
const day = (text) => Date.parse(text) / DAY;

scrub.max = day(field.max) - day(field.min);
scrub.value = day(field.value) - day(field.min);
scrub.hidden = scrub.max === "0";
show();

function show() {
  field.value = new Date((day(field.min) + Number(scrub.value)) * DAY).toISOString().slice(0, 10);
  scrub.setAttribute("aria-valuetext", field.value);
}

scrub.addEventListener("input", show);
scrub.addEventListener("change", () => scrub.form.requestSubmit());

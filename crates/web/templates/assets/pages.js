// Pages work without this; it makes a few things nicer.

// A link to hand on is shown whole, with the address that this browser reached Sluice by.
for (const shown of document.querySelectorAll("[data-address]")) {
  shown.textContent = new URL(shown.dataset.address, location.origin).href;
}

// Language and colours change at once; the button is for browsers without scripts.
const look = document.querySelector("form.look");
if (look) {
  look.querySelector("button").hidden = true;
  look.addEventListener("change", () => look.requestSubmit());
}

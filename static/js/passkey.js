// Asks a passkey what the service wants to know, and sends the answer along with the form.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const understood = (question) => ({
    ...question,
    challenge: bytes(question.challenge),
    ...(question.user && { user: { ...question.user, id: bytes(question.user.id) } }),
    ...(question.excludeCredentials && { excludeCredentials: known(question.excludeCredentials) }),
    ...(question.allowCredentials && { allowCredentials: known(question.allowCredentials) }),
  });
  const told = ({ id, rawId, type, response }) => {
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(given) });
  };

  async function answer(form) {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-CSRFToken": token };
    const asked = await fetch(form.dataset.question, { method: "POST", credentials: "same-origin", redirect: "error", headers });
    if (!asked.ok) throw new Error("no question");
    const publicKey = understood(await asked.json());
    return told(await navigator.credentials[form.dataset.passkey]({ publicKey }));
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-passkey-failed]");
    const button = form.querySelector("button:not([type=button])");
    form.addEventListener("submit", async (event) => {
      // Kept for later: nothing is proven by that.
      if (event.submitter?.hasAttribute("formaction")) return;
      event.preventDefault();
      failed.hidden = true;
      button.disabled = true;
      try {
        form.querySelector("[data-passkey-answer]").value = await answer(form);
        form.submit();
      } catch {
        failed.hidden = false;
        button.disabled = false;
      }
    });
  }
})();

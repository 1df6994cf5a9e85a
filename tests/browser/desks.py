"""A person at a desk: what they can do to a page without knowing how it is made, and who watches over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

#: Tells the console the title and the text of every page, so that none is missed.
TELL = """addEventListener('DOMContentLoaded', () => {
  console.debug('title: ' + document.title);
  console.debug('text: ' + document.body.textContent);
})"""
#: What Chromium writes when a page answers with a status that the service means.
MEANT = ("status of 403", "status of 404", "status of 409", "status of 422")


@dataclass
class Watch:
    origin: str
    #: Where a test means to end up outside.
    way_out: str = "data:"
    secrets: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.add_init_script(TELL)
        context.on("request", lambda request: self.addresses.add(unquote(request.url)))
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        return context

    def hear(self, message: ConsoleMessage) -> None:
        if message.text.startswith("title: "):
            self.titles.add(message.text.removeprefix("title: "))
        elif message.text.startswith("text: "):
            return
        elif message.type in {"error", "warning"} and not any(status in message.text for status in MEANT):
            self.errors.append(message.text)

    def judge(self) -> None:
        assert self.addresses
        assert not self.errors
        assert [
            address for address in self.addresses if not address.startswith((self.origin, self.way_out, "data:"))
        ] == []
        told = [*self.addresses, *self.titles]
        assert [text for text in told for secret in self.secrets if secret.lower() in text.lower()] == []


class Desk:
    """Reads labels and presses buttons. Every name is the one a person sees or hears."""

    def __init__(self, page: Page) -> None:
        self.page = page
        #: The text of every page that stood on this desk.
        self.has_read: list[str] = []
        page.on("console", self.remember)

    def remember(self, message: ConsoleMessage) -> None:
        if message.text.startswith("text: "):
            self.has_read.append(message.text)

    def ever_read(self, text: str) -> bool:
        return any(text in page for page in self.has_read)

    # Doors

    def sign_in(self, player: Any, cast: Any) -> Desk:
        self.open("/")
        self.write("E-mail address", player.user.email)
        self.write("Password", cast.password)
        self.press("Continue")
        self.write("Six-digit code", cast.code_for(player))
        self.press("Sign in")
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Enter your code")
        return self

    def open(self, address: str) -> None:
        self.page.goto(address)

    # Hands

    def follow(self, name: str, *, within: str = "", exact: bool = True) -> None:
        self.place(within).get_by_role("link", name=name, exact=exact).first.click()

    def take(self, step: str) -> None:
        """A step that asks for nothing: its button, then the same word on the page that says what it sets going."""
        self.follow(step)
        self.stands_at(step)
        self.press(step)

    def open_case(self, code: str, *, task: str = "") -> None:
        """From my work through the task, else from the list of cases."""
        self.follow("My work" if task else "Cases")
        if task:
            self.follow(task)
        self.follow(code)
        self.stands_at(code)

    def press(self, name: str, *, within: str = "") -> None:
        self.place(within).get_by_role("button", name=name, exact=True).first.click()

    def choose(self, name: str, *, under: str = "", exact: bool = True) -> None:
        self.group(under).get_by_role("radio", name=name, exact=exact).check()

    def tick(self, name: str, *, under: str = "") -> None:
        self.group(under).get_by_role("checkbox", name=name, exact=True).check()

    def pick(self, name: str, option: str) -> None:
        self.labelled(name).select_option(label=option)

    def write(self, name: str, text: str) -> None:
        self.labelled(name).fill(text)

    def labelled(self, name: str) -> Locator:
        """By the label, whether or not it adds that an answer is optional."""
        return self.page.get_by_label(name, exact=True).or_(self.page.get_by_label(f"{name}(optional)", exact=True))

    def group(self, legend: str) -> Page | Locator:
        return self.page.get_by_role("group", name=legend, exact=True) if legend else self.page

    def place(self, heading: str) -> Page | Locator:
        return self.part(heading) if heading else self.page

    def part(self, heading: str) -> Locator:
        """The part of the page under this heading."""
        named = self.page.get_by_role("heading", name=heading, exact=True)
        return self.page.locator("main section").filter(has=named).last

    def leaves_for(self, address: str, watch: Watch) -> None:
        """The page outside is ours for this test: nothing leaves the machine."""
        watch.way_out = address
        self.page.route(f"{address}**", lambda route: route.fulfill(body="It will rain."))

    # Eyes

    def reads(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def does_not_read(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).not_to_contain_text(text)

    def stands_at(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

"""What the sections of a report are made of: tables, notes, lists of figures."""

from collections.abc import Iterable

from .markup import Content, Markup, element, join, rich
from .words import Words


def graph(title: str, drawing: Content, *texts: Markup) -> Markup:
    """Return a graph under its title."""
    return element("section", element("h3", title), drawing, *texts)


def section(title: str, *content: Content, new_page: bool = False) -> Markup:
    """Return a part of a report with its title; on paper it can begin a page."""
    return element("section", element("h2", title), *content, class_="page" if new_page else None)


def note(*texts: str) -> Markup:
    """Return how something was calculated; texts are ours, with symbols in them."""
    return element("div", *(element("p", rich(text)) for text in texts), class_="note", role="note")


def paragraph(text: Content, kind: str | None = None) -> Markup:
    """Return a paragraph."""
    return element("p", text, class_=kind)


def facts(pairs: Iterable[tuple[str, Content]]) -> Markup:
    """Return a list of what is known."""
    return element("dl", *(join(element("dt", name), element("dd", value)) for name, value in pairs))


def tile(value: Content, name: Content, more: Content = None) -> Markup:
    """Return a figure that stands out."""
    return element("li", element("span", name), element("b", value), element("span", more) if more else None)


def table(heads: Iterable[Markup], rows: Iterable[Markup], *, label: str) -> Markup:
    """Return a table whose head is repeated on each page, in a box that can be moved sideways."""
    made = element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
    return element("div", made, class_="scroll", tabindex="0", role="group", aria_label=label)


def row(first: Content, *cells: Content, kind: str | None = None) -> Markup:
    """Return a row; the first cell says what it is about."""
    return element("tr", element("th", first, scope="row"), *cells, class_=kind)


def cell(content: Content, kind: str | None = None, under: Content = None) -> Markup:
    """Return a cell, with something small below what is in it."""
    return element("td", content, element("small", under) if under else None, class_=kind)


def level_cell(words: Words, level: float | None, under: Content = None) -> Markup:
    """Return a cell with a level in dB."""
    return cell(words.level(level), "number", under)


def covered_cell(words: Words, level: float | None, coverage: float) -> Markup:
    """Return a cell with a level in dB and its coverage."""
    return cell(words.level(level), "number pair", words.share(coverage))


def head(name: Content, under: Content = None) -> Markup:
    """Return the head of a column."""
    return element("th", name, element("small", under) if under else None, scope="col")


def figure_head(name: Content, under: Content = None) -> Markup:
    """Return the head of a column of figures, with their unit below."""
    return element("th", name, element("small", under) if under else None, scope="col", class_="number")

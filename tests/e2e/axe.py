"""Looks for barriers on a page with axe-core, and tells those of our own elements from those of Home Assistant."""

from dataclasses import dataclass
import importlib.resources
from typing import Any

from playwright.async_api import Page

# Whoever meets one of these cannot do or read something, or only with trouble.
GRAVE = ("serious", "critical")
# Its usual measure of contrast, but that what CSS adds before or after an element counts as lying beside all words.
CONFIGURE = """() => axe.configure({ checks: [{ id: "color-contrast", options: {
  ignoreUnicode: true, ignoreLength: false, ignorePseudo: true, pseudoSizeThreshold: 0.25, boldValue: 700,
  boldTextPt: 14, largeTextPt: 18, contrastRatio: { normal: { expected: 4.5 }, large: { expected: 3 } },
} }] })"""
# Violations by element; it is ours if it is within one of ours, however many shadow roots are in between.
RUN = """async () => {
  const within = element => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      if (at.localName.startsWith("rion-nl43-")) return at.localName;
    }
    return "";
  };
  const { violations, incomplete } = await axe.run(document, { elementRef: true });
  const told = (results, sure) => results.flatMap(({ id, nodes }) =>
    nodes.map(({ element, html, impact, failureSummary }) =>
      ({ rule: id, impact, sure, card: within(element), html, why: failureSummary })));
  return [...told(violations, true), ...told(incomplete, false)];
}"""


@dataclass(frozen=True, slots=True)
class Barrier:
    """A finding at one element; `card` is the name of our element around it, empty for Home Assistant's own.

    It is not `sure` where axe-core cannot tell, as of the contrast of what lies above something else.
    """

    rule: str
    impact: str
    sure: bool
    card: str
    html: str
    why: str

    @property
    def grave(self) -> bool:
        """Whether nobody is to meet it."""
        return self.sure and self.impact in GRAVE

    def __str__(self) -> str:
        """Say it in a few lines."""
        impact = self.impact if self.sure else "perhaps"
        return f"{impact} {self.rule} in {self.card or 'Home Assistant'}\n  {self.html}\n  {self.why}"


async def barriers(page: Page) -> list[Barrier]:
    """Let axe-core look at a page as it is now, into all its open shadow roots."""
    script = importlib.resources.files("axe_playwright_python") / "axe.min.js"
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(script.read_text(encoding="utf-8"))
        await page.evaluate(CONFIGURE)
    found: list[dict[str, Any]] = await page.evaluate(RUN)
    return [Barrier(**each) for each in found]

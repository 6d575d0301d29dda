"""What may be found where something else was kept."""

from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.integers(-5, 5),
    st.floats(),
    st.sampled_from(["", "warning", "ok", "cleared", "1", "loud"]),
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3))


JSON = st.recursive(SCALARS, _around, max_leaves=6)


@st.composite
def spoiled(draw: st.DrawFn, whole: Any) -> Any:
    """Return this with one part of it replaced by nonsense, or left out."""
    if isinstance(whole, dict) and whole and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(whole)))
        if not draw(st.integers(0, 5)):
            return {name: part for name, part in whole.items() if name != key}
        return whole | {key: draw(spoiled(whole[key]))}
    if isinstance(whole, list) and whole and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(whole) - 1))
        return [*whole[:place], draw(spoiled(whole[place])), *whole[place + 1 :]]
    return draw(JSON)

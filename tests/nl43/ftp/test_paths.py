"""Names from the card become paths here only if they are harmless everywhere."""

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.ftp import UnsafeName, safe_path


def test_the_meters_own_names_are_taken_as_they_are() -> None:
    names = ("Auto_0020", "Auto_Lp_01", "NL_0001_SLM_Lp _0020_0001.rnd")
    assert safe_path(*names).parts == names
    assert str(safe_path("Lp·.rnd")) == "Lp·.rnd"


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/b", "/etc", "a\\b", "C:", "a:b", "a*", "a?", 'a"', "a<", "a>", "a|"),
        *("a\0", "a\nb", "a\rb", "a\x1b", "a\x7f", "a\x85", "a\u202eb", "a\udcff", " ", "a ", "a.", "..."),
        *("CON", "con", "nul.txt", "Aux.rnd", "PRN", "COM1", "lpt9.x.y", "COM¹", "CONIN$", "nul .rnd"),
        *("a" * 201, "ü" * 101),
    ],
)
def test_dangerous_names_are_refused(name: str) -> None:
    with pytest.raises(UnsafeName):
        safe_path("NL-43", name)


def test_no_name_and_too_many_names_are_refused() -> None:
    with pytest.raises(UnsafeName, match="no name"):
        safe_path()
    with pytest.raises(UnsafeName, match="too long"):
        safe_path(*["a" * 200] * 5)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_name_ever_leads_out_of_its_folder(names: list[str]) -> None:
    try:
        path = safe_path(*names)
    except UnsafeName:
        return
    assert not path.is_absolute()
    assert path.parts == tuple(names)
    assert ".." not in path.parts

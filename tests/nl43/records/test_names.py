"""Names of files and folders on the card."""

from datetime import datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.nl43.records import StoredKind, StoredName, parse_name

NAMES = {
    "Auto_0019": StoredName(StoredKind.AUTO_FOLDER, "0019"),
    "AUTO_0019": StoredName(StoredKind.AUTO_FOLDER, "0019"),
    "Auto_Leq": StoredName(StoredKind.LEQ_FOLDER),
    "AUTO_LEQ": StoredName(StoredKind.LEQ_FOLDER),
    "AUTO_LP": StoredName(StoredKind.LP_FOLDER),
    "Auto_Lp_01": StoredName(StoredKind.LP_FOLDER, number=1),
    "Manual_0019": StoredName(StoredKind.MANUAL_FOLDER, "0019"),
    "SOUND": StoredName(StoredKind.SOUND_FOLDER),
    "Screenshot": StoredName(StoredKind.SCREENSHOT_FOLDER),
    "NL_0001_SLM_Leq_0019_0001.rnd": StoredName(StoredKind.LEQ, "0019", 1, "0001", octave=False),
    "NL_0001_OCT_Leq_0019_0012.rnd": StoredName(StoredKind.LEQ, "0019", 12, "0001", octave=True),
    "NL_001_SLM_Leq_2145_0001": StoredName(StoredKind.LEQ, "2145", 1, "001", octave=False),
    "NL_0001_SLM_Lp _0019_0001.rnd": StoredName(StoredKind.LP, "0019", 1, "0001", octave=False),
    "NL_0001_SLM_LP_0019_10000.RND": StoredName(StoredKind.LP, "0019", 10_000, "0001", octave=False),
    "NL_0001_SLM_MAN_0019_0000.rnd": StoredName(StoredKind.MANUAL, "0019", 0, "0001", octave=False),
    "NL_0001_SLM_Hdr_0019_0000.rnh": StoredName(StoredKind.HEADER, "0019", 0, "0001", octave=False),
    "NL_0001_SLM_0019_0000.rnh": StoredName(StoredKind.HEADER, "0019", 0, "0001", octave=False),
    "0001_20251223_193950.bmp": StoredName(StoredKind.SCREENSHOT, index="0001", at=datetime(2025, 12, 23, 19, 39, 50)),
    "NL_0001_20260420_140130_130dB_1429_0224_ST0001.wav": StoredName(
        StoredKind.WAVE, "1429", index="0001", at=datetime(2026, 4, 20, 14, 1, 30)
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_that_a_meter_gives(name: str) -> None:
    """They are found in any case."""
    assert parse_name(name) == parse_name(name.upper()) == parse_name(name.lower()) == NAMES[name]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "..",
            "DCIM",
            "NIKON001.DSC",
            "NL-43",
            "Auto_",
            "Auto_19",
            "Auto_00019",
            "Auto_0019 ",
            "Auto_0019\n",
        ),
        *("NL_0001_SLM_Leq_0019_0001.txt", "NL_0001_SLM_Lx _0019_0001.rnd", "NL_0001_SLM_Leq_0019_0001.rnh.rnd"),
        *("0001_20251323_193950.bmp", "0001_20251223_253950.bmp", "NL_0001_20260230_140130_130dB_1429.wav"),
        *("Auto_٠٠١٩", "\u017fcreenshot"),  # digits and a letter of other scripts
    ],
)
def test_other_names(name: str) -> None:
    """What a meter does not name like this is none of its files."""
    assert parse_name(name) is None


@given(st.text())
def test_any_name(name: str) -> None:
    """No name crashes."""
    assert parse_name(name + "?") is None

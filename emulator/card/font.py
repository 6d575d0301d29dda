"""Letters of three by five dots, each row one octal digit."""

WIDTH, HEIGHT = 3, 5

_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.,:/%"
_SHAPES = (
    "75557262277174771717557117471774757711117575775717"
    "25755656563444365556746477464434553557557222711152"
    "55655444475775565555255526564425563656553421672222"
    "5555755552557755525555222712470070000002000240202011244"
    "51245"
)
_BLANK = "0" * HEIGHT
_GLYPHS = {character: _SHAPES[HEIGHT * place :][:HEIGHT] for place, character in enumerate(_CHARACTERS)}


def dots(character: str) -> list[str]:
    """Return the rows of a character, `1` for a dot; one that the font lacks is blank."""
    return [f"{int(row):0{WIDTH}b}" for row in _GLYPHS.get(character.upper(), _BLANK)]

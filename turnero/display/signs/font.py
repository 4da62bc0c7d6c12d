"""The letters of a dot-matrix sign, five dots wide and seven high, and those of seven segments."""

from typing import Final

#: five columns for each character from 20h on, two hexadecimal digits each; the lowest bit is the
#: top row. Public-domain letters, as matrix displays have had them since the eighties.
_COLUMNS: Final = bytes.fromhex("""
0000000000 00005F0000 0007000700 147F147F14 242A7F2A12 2313086462 3649562050 0008070300
001C224100 0041221C00 2A1C7F1C2A 08083E0808 0050300000 0808080808 0000606000 2010080402
3E5149453E 00427F4000 4261514946 2141454B31 1814127F10 2745454539 3C4A494930 0171090503
3649494936 064949291E 0036360000 0056360000 0814224100 1414141414 0041221408 0201590906
324979413E 7E1111117E 7F49494936 3E41414122 7F4141221C 7F49494941 7F09090901 3E4149497A
7F0808087F 00417F4100 2040413F01 7F08142241 7F40404040 7F020C027F 7F0408107F 3E4141413E
7F09090906 3E4151215E 7F09192946 4649494931 01017F0101 3F4040403F 1F2040201F 3F4038403F
6314081463 0708700807 6151494543 007F414100 0204081020 0041417F00 0402010204 4040404040
0001020400 2054545478 7F48444438 3844444420 384444487F 3854545418 087E090102 0C5252523E
7F08040478 00447D4000 2040443D00 7F10284400 00417F4000 7C04180478 7C08040478 3844444438
7C14141408 081414187C 7C08040408 4854545420 043F444020 3C4040207C 1C2040201C 3C4030403C
4428102844 0C5050503C 4464544C44 0008364100 00007F0000 0041360800 0804081008
""")
_WIDE: Final = 5
_SOLID: Final = b"\x7f" * _WIDE

#: a to g, clockwise from the top, then the bar in the middle: lowest bit first
_SEGMENTS: Final = dict(
    zip(
        "0123456789ABCDEFGHIJLNOPQRSTUYZ-_ ",
        (
            0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F,
            0x77, 0x7C, 0x39, 0x5E, 0x79, 0x71, 0x3D, 0x76, 0x06, 0x1E, 0x38, 0x54, 0x3F, 0x73,
            0x67, 0x50, 0x6D, 0x78, 0x3E, 0x6E, 0x5B, 0x40, 0x08, 0x00,
        ),
        strict=True,
    )
)  # fmt: skip


def columns(char: str) -> tuple[int, ...]:
    """Five columns of seven dots; what has no letter is a block, so that nobody overlooks it."""
    start = (ord(char) - 0x20) * _WIDE
    known = 0 <= start < len(_COLUMNS)
    return tuple(_COLUMNS[start : start + _WIDE] if known else _SOLID)


def segments(char: str) -> int:
    """Which of the seven bars are lit; none where bars cannot show it."""
    return _SEGMENTS.get(char.upper(), 0)

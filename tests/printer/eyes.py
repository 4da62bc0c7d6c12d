"""Independent eyes on a picture of paper: zbarimg reads the QR, tesseract the letters."""

import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image

#: dots: a bar of letters twice as high as the base ones
BAR_HIGH = 48


def qr_of(png: bytes, folder: Path) -> list[str]:
    """What every QR code on the picture says."""
    path = folder / "paper.png"
    path.write_bytes(png)
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.splitlines()


def text_of(png: bytes, folder: Path, language: str = "spa", *, layout: int = 6) -> str:
    """The letters on the picture, twice as large as printed, spaces and line ends made one.

    `layout`: what tesseract is told to expect: 6 one block of like letters, 4 a column of letters
    of several sizes, as a ticket is.
    """
    return _read(Image.open(BytesIO(png)).getchannel("L"), folder, language, layout)


def bars_of(png: bytes, folder: Path, language: str = "spa") -> str:
    """The white letters in black bars, read from the negative of each bar."""
    paper = Image.open(BytesIO(png)).getchannel("L").point(lambda grey: 255 if grey < 128 else 0)
    read, top = [], None
    for row in range(paper.height + 1):
        box = paper.crop((0, row, paper.width, row + 1)).getbbox()
        # A bar begins with a margin of black at its left edge.
        bar = box is not None and not any(
            grey == 0 for grey in paper.crop((box[0], row, box[0] + 20, row + 1)).tobytes()
        )
        if bar and top is None:
            top = row
        elif not bar and top is not None:
            if BAR_HIGH <= row - top <= BAR_HIGH + 4:
                band = paper.crop((0, top, paper.width, row))
                left, _, right, _ = band.getbbox() or (0, 0, 0, 0)
                letters = Image.new("L", (right - left + 40, row - top + 40), 255)
                letters.paste(band.crop((left, 0, right, band.height)), (20, 20))
                read.append(_read(letters, folder, language, 7))
            top = None
    return " ".join(read)


def _read(paper: Image.Image, folder: Path, language: str, layout: int) -> str:
    path = folder / "paper-large.png"
    paper.resize((paper.width * 2, paper.height * 2), Image.Resampling.LANCZOS).save(path)
    done = subprocess.run(
        ["tesseract", str(path), "stdout", "-l", language, "--psm", str(layout)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"},
    )
    return " ".join(done.stdout.split())


def ink_rows(png: bytes) -> list[int]:
    """How many black dots each row of the picture has."""
    paper = Image.open(BytesIO(png)).getchannel("L")
    dots = paper.point(lambda grey: 1 if grey < 128 else 0).tobytes()
    return [sum(dots[row * paper.width : (row + 1) * paper.width]) for row in range(paper.height)]

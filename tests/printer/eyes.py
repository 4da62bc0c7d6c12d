"""Independent eyes on a picture of paper: zbarimg reads the QR, tesseract the letters."""

import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image


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


def text_of(png: bytes, folder: Path, language: str = "spa") -> str:
    """The letters on the picture, twice as large as printed, spaces and line ends made one."""
    paper = Image.open(BytesIO(png)).getchannel("L")
    paper = paper.resize((paper.width * 2, paper.height * 2), Image.Resampling.LANCZOS)
    path = folder / "paper-large.png"
    paper.save(path)
    done = subprocess.run(
        ["tesseract", str(path), "stdout", "-l", language, "--psm", "6"],
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

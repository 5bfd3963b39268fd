"""The text of a shared file, read in a process of its own: a broken document must not stop the bot.

`python -m bot.documents NAME` reads the file from standard input and writes its text; `read` calls it
with limits of time and memory.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import zipfile
from pathlib import PurePath

from charset_normalizer import from_bytes

SECONDS = 8
MOST_BYTES = 10_000_000  # of a file
_MOST_UNPACKED = 100_000_000  # of what a .docx or .odt unpacks to
_MEMORY = 1_000_000_000
_MOST_CHARACTERS = 200_000
_MOST_PAGES = 300
KINDS = (".txt", ".md", ".docx", ".pdf", ".odt", ".html", ".htm")
_CODES = {3: "encrypted", 4: "no_text", 5: "too_large"}


class Unreadable(Exception):
    """The file gives no text; the argument says why.

    One of `encrypted`, `no_text`, `too_large`, `broken`, `slow`, `refused` (by where it lies)."""


def is_readable(name: str, mimetype: str, mode: str = "") -> bool:
    """Whether a file of this name and type is one that `read` knows."""
    return mode == "snippet" or mimetype.startswith("text/plain") or name.lower().endswith(KINDS)


def read(name: str, content: bytes) -> str:
    """The text of a document.

    Raises:
        Unreadable: with the reason.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot.documents", PurePath(name).name],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("slow") from error
    if done.returncode != 0:
        raise Unreadable(_CODES.get(done.returncode, "broken"))
    return done.stdout.decode("utf-8", "replace")


def text_of(name: str, content: bytes) -> str:
    """The text of a document, read in this process.

    Raises:
        Unreadable: with the reason; other errors of the reading libraries pass.
    """
    kind = PurePath(name).suffix.lower()
    if content.startswith(b"%PDF"):
        found = _pdf(content)
    elif content.startswith(b"PK"):
        _check_unpacked(content)
        found = _odt(content) if kind == ".odt" else _docx(content)
    elif kind in (".html", ".htm"):
        found = _html(content)
    elif kind in (".docx", ".odt", ".pdf"):
        # An encrypted Office file is no zip; anything else under these names is not what it says.
        raise Unreadable("encrypted" if content.startswith(b"\xd0\xcf\x11\xe0") else "broken")
    else:
        found = _plain(content)
    if not found.strip():
        raise Unreadable("no_text")
    return found[:_MOST_CHARACTERS]


def _plain(content: bytes) -> str:
    if b"\0" in content[:4000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("broken")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return str(from_bytes(content[:100_000]).best() or "")


def _html(content: bytes) -> str:
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(content)
    page.strip_tags(["script", "style", "nav", "header", "footer", "noscript", "form"])
    body = page.css_first("main") or page.css_first("article") or page.body
    lines = (body.text(separator="\n") if body else "").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _pdf(content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        try:
            if not reader.decrypt(""):
                raise Unreadable("encrypted")
        except (PdfReadError, NotImplementedError) as error:
            raise Unreadable("encrypted") from error
    pages, size = [], 0
    for page in reader.pages[:_MOST_PAGES]:
        pages.append(page.extract_text())
        size += len(pages[-1])
        if size > _MOST_CHARACTERS:
            break
    return "\n".join(pages)


def _docx(content: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return "\n".join(line for line in lines if line.strip())


def _odt(content: bytes) -> str:
    from odfdo import Document

    return str(Document(io.BytesIO(content)).body.text_recursive)


def _check_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
            raise Unreadable("too_large")


def main() -> int:
    """Read standard input as the document of the given name; the exit status says what is wrong with it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        sys.stdout.buffer.write(text_of(sys.argv[1], sys.stdin.buffer.read()).encode("utf-8", "replace"))
    except Unreadable as error:
        return next((code for code, why in _CODES.items() if why == str(error)), 2)
    except Exception:  # whatever a library makes of a broken file: its message may quote the file
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

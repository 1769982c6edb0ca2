"""Where templates come from: the roadmap's own folder, now or in the past, then those that are shipped."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2 import BaseLoader, Environment, FileSystemBytecodeCache, FileSystemLoader
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.loaders import split_template_path

from alliances_cli.errors import InvalidRoadmap, Problem
from alliances_cli.location import shipped_templates

if TYPE_CHECKING:
    from alliances_cli.past.passe import Gabarits

# Jinja turns `{% extends "alliances/bilan.html.j2" %}` into the shipped template, whatever the roadmap puts first.
SHIPPED_PREFIX = "alliances"
# No template is bigger.
MAX_BYTES = 2_000_000


class Folder(FileSystemLoader):
    """A folder of UTF-8 templates; one that can't be read is a fault of that template, not of the tool. What stands at
    a template's name and isn't a file is told: it doesn't give way to the shipped one in silence."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = os.path.join(self.searchpath[0], *split_template_path(template))
        try:
            fault = _not_a_file(path)
            data = b"" if fault else Path(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            raise TemplateNotFound(template) from None
        except OSError as error:
            raise TemplateSyntaxError("le fichier ne peut pas être lu", 1, template, path) from error
        if fault:
            raise TemplateSyntaxError(fault, 1, template, path)
        return _text(data, template, path), path, lambda: True


def _not_a_file(path: str) -> str:
    """What keeps the path from being a file that can be read whole; empty where nothing does."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        if os.path.islink(path):
            return "le fichier ne peut pas être lu : ce lien ne mène nulle part"
        raise
    if stat.S_ISDIR(status.st_mode):
        return "le fichier ne peut pas être lu : c'est un dossier"
    return "" if stat.S_ISREG(status.st_mode) else "le fichier ne peut pas être lu : ce n'est pas un fichier ordinaire"


def _text(data: bytes, name: str, path: str) -> str:
    if len(data) > MAX_BYTES:
        raise TemplateSyntaxError(f"le fichier est trop gros : {MAX_BYTES // 1_000_000} Mo au plus", 1, name, path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateSyntaxError("le fichier n'est pas en UTF-8", line, name, path) from None


class Past(BaseLoader):
    """The templates that a folder held in the past. Their file is the name that messages give it."""

    def __init__(self, folder: str, texts: Mapping[str, str | Problem]) -> None:
        self.folder = folder
        self.texts = texts

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        name = "/".join(split_template_path(template))
        text = self.texts.get(name)
        if text is None:
            raise TemplateNotFound(template)
        if isinstance(text, Problem):
            raise InvalidRoadmap((text,))
        path = f"{self.folder}/{name}"
        return _text(text.encode("utf-8"), template, path), path, lambda: True


def own_templates(given: Path | Gabarits | None) -> Folder | Past | None:
    """What loads the roadmap's own templates; None where it has none."""
    if given is None:
        return None
    if not isinstance(given, Path):
        return Past(*given) if given.texts else None
    own = given.is_dir() and given.resolve() != shipped_templates().resolve()
    return Folder(given) if own else None


@cache
def _generation() -> str:
    """What changes whenever guarded templates may be compiled in another way."""
    source = Path(__file__).with_name("limits.py")
    try:
        return f"|{hashlib.sha1(source.read_bytes(), usedforsecurity=False).hexdigest()}"
    except OSError:  # installed without its sources
        return "|"


class Compiled(FileSystemBytecodeCache):
    """The shipped templates, compiled, kept beside them as Python keeps its modules: compiling them takes most of a
    render's time. Never those of a roadmap: what is kept here runs as it is."""

    def __init__(self, format: str, version: str, guarded: bool = False) -> None:
        self.folder = shipped_templates()
        self.salt = f"{format}|{version}|{jinja2.__version__}{_generation() if guarded else ''}"
        super().__init__(str(self.folder / "__pycache__"), "%s.jinja")

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return super().get_cache_key(f"{self.salt}|{name}", filename)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        if filename is None or Path(filename).parent != self.folder:
            return Bucket(environment, "", "")
        return super().get_bucket(environment, name, filename, source)

    def set_bucket(self, bucket: Bucket) -> None:
        if bucket.key:
            super().set_bucket(bucket)

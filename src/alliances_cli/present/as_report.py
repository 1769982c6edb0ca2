"""The bilan as a document: Markdown or HTML, by the templates of the roadmap, else those that are shipped.

The data's texts reach a template raw; whatever a template prints is escaped for its format on the way out, so that no
template or macro can forget to. The same roadmap, date and version give the same text: no clock, no path, no locale.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import quote

import jinja2
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from alliances_cli import bilan, typographie
from alliances_cli.bilan import Compte, Moment
from alliances_cli.champs import FAMILLES, PROVENANCE_LIBELLES, REMPLACE, RETIRE, SINGULIER, Champ, Famille
from alliances_cli.errors import InvalidRoadmap, Problem, TemplateFault
from alliances_cli.location import shipped_templates
from alliances_cli.model import (
    SCHEMES,
    BilanPublie,
    Chantier,
    Dimension,
    Echelon,
    FeuilleDeRoute,
    Item,
    Mesure,
    Retiree,
    Section,
    Suivi,
    echelons,
    in_words,
)
from alliances_cli.present import liens as links_of
from alliances_cli.present import markdown, phrases
from alliances_cli.typographie import spaced

if TYPE_CHECKING:
    from alliances_cli.past.passe import Gabarits
    from alliances_cli.past.revision import Revision
    from alliances_cli.present.changements import Changements, Tendu
    from alliances_cli.timeline import Comparaison

FORMATS = ("md", "html")
STYLE = "bilan.css"
# Besides, where the document says what changed.
STYLE_CHANGEMENTS = "changements.css"
# Jinja turns `{% extends "alliances/bilan.html.j2" %}` into the shipped template, whatever the roadmap puts first.
SHIPPED_PREFIX = "alliances"

LINKS = ("chantiers", "leviers", "bloqueurs", "renvois", "mesures", "cite_par", "remplace")

Kind = Literal["mesure", "chantier", "levier", "dimension", "partie", "bloqueur"]


def render(
    feuille: FeuilleDeRoute,
    moment: Moment,
    format: str,
    own_templates: Path | Gabarits | None,
    version: str,
    revision: Revision | None = None,
    comparaison: Comparaison | None = None,
) -> str:
    """The whole document, in one of FORMATS, as the roadmap stands at `moment`. `own_templates`, the roadmap's own
    folder of templates or what it held in the past, go first where there are any; `version` is the tool's, for the
    colophon, which names the `revision` too; `comparaison`: what changed up to this roadmap is told.

    Raises: TemplateFault; InvalidRoadmap for a template of the past that can't be read.
    """
    own = _own_templates(own_templates)
    environment = _environment(format, own, version) if own else _shipped_environment(format, version)
    try:
        context = _context(feuille, moment, version, revision, comparaison)
        if format == "html":
            sheets = (STYLE, STYLE_CHANGEMENTS) if comparaison is not None else (STYLE,)
            context["style"] = _style(environment, feuille.echelle, sheets)
        text = environment.get_template(f"bilan.{format}.j2").render(context)
    except InvalidRoadmap:
        raise
    except Exception as error:
        raise _fault(error, f"bilan.{format}.j2", own) from error
    return _tidied(text)


def _tidied(text: str) -> str:
    """No space at the end of a line, never two blank lines, one newline at the end."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip("\n") + "\n"


# --- the environment ------------------------------------------------------------------------------------------------


class _Folder(FileSystemLoader):
    """A folder of UTF-8 templates; one that can't be read is a fault of that template, not of the tool."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except TemplateNotFound:
            raise
        except UnicodeDecodeError:
            raise TemplateSyntaxError("le fichier n'est pas en UTF-8", 1, template, template) from None
        except OSError as error:
            raise TemplateSyntaxError("le fichier ne peut pas être lu", 1, template, template) from error


class _Past(BaseLoader):
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
        return text, f"{self.folder}/{name}", lambda: True


def _own_templates(given: Path | Gabarits | None) -> _Folder | _Past | None:
    """What loads the roadmap's own templates; None where it has none."""
    if given is None:
        return None
    if not isinstance(given, Path):
        return _Past(*given) if given.texts else None
    own = given.is_dir() and given.resolve() != shipped_templates()
    return _Folder(given) if own else None


class _Compiled(FileSystemBytecodeCache):
    """The shipped templates, compiled, kept beside them as Python keeps its modules: compiling them takes most of a
    render's time. Never those of a roadmap: what is kept here runs as it is."""

    def __init__(self, format: str, version: str) -> None:
        self.folder = shipped_templates()
        self.salt = f"{format}|{version}|{jinja2.__version__}"
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


def _environment(format: str, own: BaseLoader | None, version: str) -> Environment:
    shipped = _Folder(shipped_templates())
    loaders: list[BaseLoader] = [PrefixLoader({SHIPPED_PREFIX: shipped}), shipped]
    if own is not None:
        loaders.insert(0, own)
    texts = _TEXTS[format]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        # Both formats: Jinja's own escaping only sees what `finalize` has not made safe for the format already.
        autoescape=True,
        finalize=texts.printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        bytecode_cache=_Compiled(format, version),
    )
    environment.filters.update(
        riche=texts.rich,
        bloc=texts.block,
        cellule=texts.cell,
        ligne=texts.line,
        gras=texts.bold,
    )
    environment.globals.update(
        lien=texts.link,
        compte=typographie.count,
        nombre=typographie.number,
    )
    return environment


@cache
def _shipped_environment(format: str, version: str) -> Environment:
    """The shipped templates don't change while the tool runs: compiled once, for scripts that render often."""
    return _environment(format, None, version)


class _Texts(NamedTuple):
    """How a format writes a text: `printed` whatever a template prints, then bold honoured: `rich` inside a line,
    `block` with its paragraphs, `cell` in a table, `line` on one line, `bold` on one line and all bold; `link` a label
    and an address."""

    printed: Callable[[Any], Any]
    rich: Callable[[str], Markup]
    block: Callable[[str], Markup]
    cell: Callable[[str], Markup]
    line: Callable[[str], Markup]
    bold: Callable[[str], Markup]
    link: Callable[[str, str | None], Markup]


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", markdown.clean(text).strip())


def _html_printed(value: Any) -> Any:
    return value if hasattr(value, "__html__") else spaced(markdown.clean(str(value)))


def _html_rich(text: str, within: str = "<br>", between: str = "<br><br>") -> Markup:
    def piece(text: str, bold: bool) -> str:
        return f"<strong>{escape(text)}</strong>" if bold else str(escape(text))

    blocks = markdown.paragraphs(spaced(text))
    return Markup(between.join(within.join("".join(piece(*p) for p in line) for line in block) for block in blocks))


def _html_block(text: str) -> Markup:
    """The text as paragraphs; alone, a paragraph goes without its tags."""
    inside = _html_rich(text, between="</p><p>")
    return Markup(f"<p>{inside}</p>") if "</p>" in inside else inside


def _html_line(text: str) -> Markup:
    return _html_rich(_one_line(text))


def _html_bold(text: str) -> Markup:
    return Markup(f"<strong>{_html_line(typographie.plain(text))}</strong>")


def _html_link(label: str, address: str | None) -> Markup:
    inside = _html_line(label)
    return Markup(f'<a href="{escape(address)}">{inside}</a>') if address else inside


def _md_printed(value: Any) -> Any:
    return value if hasattr(value, "__html__") else Markup(markdown.escape(spaced(_one_line(str(value)))))


def _md_rich(text: str, cell: bool = False) -> Markup:
    return Markup(markdown.rich(spaced(text), cell))


def _md_line(text: str) -> Markup:
    return _md_rich(_one_line(text))


def _md_bold(text: str) -> Markup:
    return Markup(markdown.bold(spaced(text)))


def _md_link(label: str, address: str | None) -> Markup:
    label = spaced(label)
    return Markup(markdown.link(label, address)) if address else _md_line(label)


_TEXTS = {
    "html": _Texts(_html_printed, _html_rich, _html_block, _html_block, _html_line, _html_bold, _html_link),
    "md": _Texts(_md_printed, _md_rich, _md_rich, partial(_md_rich, cell=True), _md_line, _md_bold, _md_link),
}


# --- what templates can read ----------------------------------------------------------------------------------------


class Lien(NamedTuple):
    """A reference once resolved: where it leads in the document, what it is called, and its title."""

    ancre: Markup
    nom: str
    titre: str


class Barre(NamedTuple):
    """A level's part of a bar: its rank in the scale (-1: no level), where it begins and its width, in per cent."""

    rang: int
    x: str
    largeur: str


class Publication(NamedTuple):
    """A published bilan with the levels that its totals are of."""

    bilan: BilanPublie
    totaux: tuple[tuple[Echelon, int], ...]
    echelle: tuple[Echelon, ...]


class Propre(NamedTuple):
    """What an item has for a field that the mission declares, its values as they are read."""

    champ: Champ
    valeurs: tuple[str, ...]


class Retrait(NamedTuple):
    """A retired item: its place in the document, what replaces it, what it had replaced, the level that it had."""

    element: Retiree
    ancre: Markup
    vers: tuple[Lien, ...]
    remplace: tuple[Lien, ...]
    niveau: str


class Colonnes(NamedTuple):
    """Which columns a family's table needs: those that one item at least has something for."""

    precisions: bool
    avancement: bool
    realise: bool
    etape: bool


def _context(
    feuille: FeuilleDeRoute,
    moment: Moment,
    version: str,
    revision: Revision | None,
    comparaison: Comparaison | None,
) -> dict[str, Any]:
    mission = feuille.mission
    links = _links(feuille)
    suivis: dict[Famille, Sequence[Suivi]] = {f: feuille.with_level(f) for f in ("mesures", "chantiers")}
    provenances = [feuille.provenance(item) for items in suivis.values() for item in items if item.avancement]
    bilans: dict[Famille, bilan.Bilan] = {famille: bilan.of(feuille, famille) for famille in suivis}
    found: Changements | None = None
    origine = None
    if revision is not None or comparaison is not None:
        from alliances_cli.present import changements

        origine = changements.origine(revision) if revision is not None else None
        found = _signed(changements.of(comparaison, bilans)) if comparaison is not None else None
    ecart = partial(_gap, found)

    def liens(famille: Famille, item: Item) -> Mapping[str, tuple[Lien, ...]]:
        return {**dict.fromkeys(LINKS, ()), **links.get((famille, item.id), {})}

    def niveau(item: Suivi) -> Echelon | None:
        return feuille.niveaux[item.avancement] if item.avancement else None

    def provenance(item: Suivi) -> str:
        """« publié » and « inféré » are said beside the level; that somebody entered it goes without saying."""
        found = feuille.provenance(item)
        return PROVENANCE_LIBELLES[found] if found and found != "saisi" else ""

    return {
        "feuille": feuille,
        "mission": mission,
        "moment": moment,
        "version": version,
        "outil": f"alliances {version}",
        "echelle": feuille.echelle,
        "a_des_niveaux": bool(provenances),
        "colonnes": {
            famille: _columns(items, partial(liens, famille), _own(feuille, famille), found)
            for famille, items in suivis.items()
        },
        "presentes": _present_sections(feuille),
        "bilans": bilans,
        "etapes": {famille: _steps(feuille, items, moment.day) for famille, items in suivis.items()},
        "mesures_par_dimension": _by_dimension(feuille),
        "publications": tuple(_publication(feuille, publie) for publie in mission.bilans),
        "retenues": _blockers(feuille),
        "provenances": {p: provenances.count(p) for p in PROVENANCE_LIBELLES},
        "retires": {famille: _retired(feuille, famille, links) for famille in FAMILLES},
        "retire": RETIRE,
        "sont_retires": lambda famille: f", {phrases.retired(famille, n)}" if (n := len(feuille.gone(famille))) else "",
        "remplace": REMPLACE,
        "dont_retirees": phrases.since,
        "propres": partial(_own_values, feuille),
        "champs_propres": tuple(champ for famille in FAMILLES for champ in _own(feuille, famille)),
        "provenance_libelles": PROVENANCE_LIBELLES,
        "singulier": SINGULIER,
        "titre_de_page": _page_title(feuille),
        "adresse": address,
        "ancre": anchor,
        "barre": bar,
        "decompte": partial(_tally, feuille, ecart),
        "decompter": partial(bilan.count, feuille),
        "liens": liens,
        "niveau": niveau,
        "provenance": provenance,
        # Of the past: None, or nothing, where it isn't asked for.
        "revision": origine,
        "changements": found,
        "ecart": ecart,
        "tendance": partial(_trend, found),
        "promesse": found.promesse if found is not None else lambda item: "",
    }


def anchor(kind: Kind, identifier: str) -> Markup:
    """The name of a place in the document: `mesure-9`. What isn't a letter, a digit, `.`, `_` or `-` is `~` and its
    bytes, so that it needs no encoding in an attribute, in an address or in Markdown."""
    safe = "".join(c if c.isalnum() or c in "._-" else "".join(f"~{b:02x}" for b in c.encode()) for c in identifier)
    return Markup(f"{kind}-{safe}")


def bar(compte: Compte) -> tuple[Barre, ...]:
    """The parts of a bar that stands for a whole; none where there is nothing."""
    counts = [*enumerate(compte.comptes.values()), (-1, compte.sans_avancement)]
    parts: list[Barre] = []
    before = 0
    for rank, n in counts:
        if n:
            parts.append(Barre(rank, f"{100 * before / compte.total:.3f}%", f"{100 * n / compte.total:.3f}%"))
            before += n
    return tuple(parts)


def address(text: str, kind: Literal["url", "courriel", "telephone"] = "url") -> str | None:
    """The address that a link can safely lead to, None where there is none: only http, https, mailto and tel, only
    characters that mean nothing to HTML or Markdown. A site without scheme gets `https://`."""
    if kind == "courriel":
        text = f"mailto:{text}"
    elif kind == "telephone":
        text = "tel:" + re.sub(r"[^\d+]", "", re.sub(r"\(0\)", "", text))
    if re.search(r"[\x00-\x20\x7f-\xa0\\]", text) or markdown.clean(text) != text:
        return None
    # « localhost:8000 » has a port, no scheme; « tel:0153669970 » looks the same.
    scheme = re.match(r"(?i:(mailto|tel):)|([A-Za-z][A-Za-z0-9+.-]*):(?!\d+(?:[/?#]|$))", text)
    if scheme is None:
        text = f"https://{text.removeprefix('//')}"
    elif (scheme[1] or scheme[2]).lower() not in SCHEMES:
        return None
    name, _, rest = text.partition(":")
    if name.lower() in ("mailto", "tel"):
        pattern = r"[^\s@<>\"]+@[^\s@<>\"?]+(?:\?.*)?" if name.lower() == "mailto" else r"\+?\d[\d.()-]*"
        return f"{name.lower()}:{_quoted(rest)}" if re.fullmatch(pattern, rest) else None
    web = re.fullmatch(r"//((?:[^\s/?#\[\]<>\"'`{}|^]+|[^/?#@\[\]]*\[[0-9a-fA-F:.]+\](?::\d+)?))([/?#].*)?", rest)
    if web is None or (scheme is None and "." not in web[1] and not web[1].startswith("localhost")):
        return None
    host = quote(web[1], safe="%:@[]!$&+,;=-._~")
    return f"{name.lower()}://{host}{_quoted(web[2] or '')}"


def _quoted(text: str) -> str:
    before, mark, fragment = text.partition("#")
    encoded = [quote(part, safe="/?%:@!$&'+,;=-._~") for part in (before, fragment)]
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", mark.join(encoded))


def _gap(found: Changements | None, compte: Compte, code: str | None = None) -> Markup:
    """« (+3) »: what a count of the document grew by, whole or at a level ("": without level); else nothing."""
    said = found.ecarts.of(compte, code) if found is not None else ""
    return Markup(f"({said})" if said else "")


NO_GAP = ("", "(=)")


def _signed(found: Changements) -> Changements:
    """What changed, with signs that need no escaping."""
    return found._replace(totaux=tuple(total._replace(ecart=Markup(total.ecart)) for total in found.totaux))


def _trend(found: Changements | None, item: Suivi) -> Tendu | None:
    tendu = found.tendance(item) if found is not None else None
    return tendu._replace(signe=Markup(tendu.signe)) if tendu is not None else None


def _tally(feuille: FeuilleDeRoute, ecart: Callable[..., Markup], compte: Compte) -> list[str]:
    """« 9 très satisfaisant », « 3 sans niveau »: the levels that some items have, or had, best first, in the scale's
    words; then what the count grew by."""

    def told(n: int, libelle: str, gap: Markup) -> str:
        said = f"{typographie.number(n)}{typographie.NBSP}{libelle}"
        return f"{said}{typographie.NBSP}{gap}" if gap else said

    said = [
        told(n, feuille.niveaux[code].libelle, ecart(compte, code))
        for code, n in compte.comptes.items()
        if n or ecart(compte, code) not in NO_GAP
    ]
    if compte.sans_avancement and said:
        said.append(told(compte.sans_avancement, "sans niveau", ecart(compte, "")))
    return said


def _by_dimension(feuille: FeuilleDeRoute) -> list[tuple[Dimension | None, list[Mesure]]]:
    """The mesures under each declared dimension, in its order; those without one last, or first where none has one."""
    alone = [mesure for mesure in feuille.mesures if not mesure.dimension]
    groups: list[tuple[Dimension | None, list[Mesure]]] = [
        (dimension, [mesure for mesure in feuille.mesures if mesure.dimension == code])
        for code, dimension in feuille.dimensions.items()
    ]
    if alone:
        groups.insert(0 if len(alone) == len(feuille.mesures) else len(groups), (None, alone))
    return groups


def _own(feuille: FeuilleDeRoute, famille: Famille) -> list[Champ]:
    return [champ for champ in feuille.champs(famille) if champ.propre]


def _own_values(feuille: FeuilleDeRoute, famille: Famille, item: Item) -> list[Propre]:
    """The declared fields that the item has a value for, in the order of their declaration."""
    values = [(champ, getattr(item, champ.attribut)) for champ in _own(feuille, famille)]
    return [Propre(champ, tuple(map(in_words, inside))) for champ, inside in values if inside]


def _columns(
    items: Sequence[Suivi],
    liens: Callable[[Item], Mapping[str, tuple[Lien, ...]]],
    own: Sequence[Champ],
    changements: Changements | None,
) -> Colonnes:
    def some(fields: str, links: str = "") -> bool:
        return any(
            any(getattr(item, field, None) for field in fields.split())
            or any(liens(item)[kind] for kind in links.split())
            for item in items
        )

    chantiers = any(isinstance(item, Chantier) and item.dimension for item in items)
    return Colonnes(
        some("texte pilotes co_construction etiquettes preuves", "chantiers leviers mesures remplace")
        or chantiers
        or any(getattr(item, champ.attribut) for champ in own for item in items),
        some("avancement avancement_au")
        or (changements is not None and any(changements.tendance(item) is not None for item in items)),
        some("realise"),
        some("prochaine_etape debut echeance delai", "bloqueurs renvois cite_par"),
    )


def _present_sections(feuille: FeuilleDeRoute) -> frozenset[str]:
    """The sections that have something to say; the others (`synthese`, `methode`) always do. That there is no mesure is
    said only where there is nothing else either."""
    mission, sections = feuille.mission, feuille.mission.sections
    items = [item for famille in FAMILLES for item in feuille.with_level(famille)]
    told = sections.mesures != Section() or any(dimension.texte for dimension in mission.dimensions)
    said: dict[str, object] = {
        "mesures": feuille.mesures or told or not (feuille.chantiers or feuille.leviers),
        "mission": mission.fiche or mission.parties or sections.mission != Section(),
        "chantiers": feuille.chantiers or sections.chantiers != Section(),
        "leviers": feuille.leviers or sections.leviers != Section(),
        "retirees": any(map(feuille.gone, FAMILLES)),
        "bilans": mission.bilans,
        "bloqueurs": mission.bloqueurs or any(item.bloqueurs for item in items),
        "etapes": any(any(_steps(feuille, feuille.with_level(famille), date.max)) for famille in FAMILLES),
    }
    return frozenset(name for name, something in said.items() if something)


def _steps(feuille: FeuilleDeRoute, items: Sequence[Suivi], day: date) -> bilan.Etapes:
    """The next steps of a family; none where no item that isn't over has a step or a date: nothing is waited for."""
    waited = any((item.echeance or item.prochaine_etape) and bilan.etat(feuille, item, day) for item in items)
    return bilan.etapes(feuille, items if waited else (), day)


def _publication(feuille: FeuilleDeRoute, publie: BilanPublie) -> Publication:
    own = echelons(publie.echelle)
    levels = own or feuille.echelle
    return Publication(publie, tuple((n, publie.totaux[n.code]) for n in levels if n.code in publie.totaux), own)


def _blockers(feuille: FeuilleDeRoute) -> list[tuple[str, Markup, str, list[Lien]]]:
    """Each blocker, declared ones first, even those that hold nothing: its id, its anchor, its label, what it holds."""
    held = {retenue.reference: retenue for retenue in bilan.retenues(feuille)}
    rows: list[tuple[str, Markup, str, list[Lien]]] = []
    for code, bloqueur in feuille.bloqueurs.items():
        items = held.pop(code).items if code in held else ()
        rows.append((code, anchor("bloqueur", code), bloqueur.libelle, [_lien(f, item) for f, item in items]))
    for reference, retenue in held.items():
        famille, identifier = reference.split(":", 1)
        # No id begins with a dash: this anchor is no declared blocker's.
        place = anchor("bloqueur", f"-{_kind(famille)}-{identifier}")
        rows.append(("", place, retenue.libelle, [_lien(f, item) for f, item in retenue.items]))
    return rows


def _kind(famille: str) -> Kind:
    return SINGULIER[famille]  # type: ignore[index,return-value]


def _lien(famille: Famille, item: Item) -> Lien:
    return _place_of(famille, item.id, item.titre)


def _place_of(famille: Famille, identifier: str, titre: str) -> Lien:
    return Lien(anchor(_kind(famille), identifier), f"{SINGULIER[famille]}{typographie.NBSP}{identifier}", titre)


def _links(feuille: FeuilleDeRoute) -> dict[tuple[Famille, str], dict[str, tuple[Lien, ...]]]:
    """What each item names and what names it, by kind, as places of the document."""

    def placed(famille: Famille | None, identifier: str, titre: str) -> Lien:
        if famille is None:
            return Lien(anchor("bloqueur", identifier), titre, titre)
        return _place_of(famille, identifier, titre)

    found: dict[tuple[Famille, str], dict[str, list[links_of.Lien]]] = links_of.both_ways(feuille)
    for key, gone in links_of.replaced(feuille).items():
        found.setdefault(key, {})["remplace"] = gone
    return {
        key: {kind: tuple(dict.fromkeys(placed(*link) for link in links)) for kind, links in kinds.items()}
        for key, kinds in found.items()
    }


def _retired(
    feuille: FeuilleDeRoute, famille: Famille, links: Mapping[tuple[Famille, str], Mapping[str, tuple[Lien, ...]]]
) -> tuple[Retrait, ...]:
    return tuple(
        Retrait(
            retiree,
            anchor(_kind(famille), retiree.id),
            tuple(_place_of(f, i, t) for f, i, t in links_of.replacing(feuille, famille, retiree) if f),
            links.get((famille, retiree.id), {}).get("remplace", ()),
            phrases.last_level(feuille, retiree),
        )
        for retiree in feuille.gone(famille)
    )


def _page_title(feuille: FeuilleDeRoute) -> str:
    """What a window's title shows: at most 70 characters."""
    words = [feuille.mission.document.titre, feuille.mission.titre]
    text = " – ".join(typographie.plain(_one_line(word)) for word in words if word)
    return text if len(text) <= 70 else text[:69].rstrip() + "…"


# --- the style ------------------------------------------------------------------------------------------------------


class Style(NamedTuple):
    """The style sheet on one line, and its hash as a content security policy gives it."""

    texte: Markup
    empreinte: str


def _style(environment: Environment, echelle: Iterable[Echelon], sheets: Iterable[str]) -> Style:
    """The style sheets, the roadmap's own, else the shipped ones, with a colour for each level.

    On one line: a checker of pages and a browser don't agree on the hash of one that has several.
    """
    assert environment.loader is not None
    css = "".join(environment.loader.get_source(environment, sheet)[0] for sheet in sheets)
    levels = [(f".n{niveau.rang}", niveau.couleur) for niveau in echelle]
    light = "".join(f"{name}{{--niveau:{legible(colour, LIGHT)}}}" for name, colour in levels)
    dark = "".join(f"{name}{{--niveau:{legible(colour, DARK)}}}" for name, colour in levels)
    css = f"{css}{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    css = re.sub(r" ?([{};]) ?", r"\1", css).replace(";}", "}").strip()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Style(Markup(css), f"sha256-{digest}")


# The ground that is hardest on a level's colour in each theme: `--fond2` of bilan.css.
LIGHT = "#f1f5fa"
DARK = "#18222d"


def legible(colour: str, ground: str) -> str:
    """The colour, moved towards black or white until its contrast with the ground is 4.5, or 7 where the ground is
    dark: thin strokes read less well there."""
    towards, least = (0, 4.5) if _luminance(ground) > 0.5 else (255, 7.0)
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    for step in range(21):
        mixed = "#" + "".join(f"{round(c + (towards - c) * step / 20):02x}" for c in channels)
        if contrast(mixed, ground) >= least:
            break
    return mixed


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG computes it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- what goes wrong in a template ----------------------------------------------------------------------------------

_IN_FRENCH = (
    (r"'(.+?)' is undefined", r"« \1 » n'existe pas"),
    (r"'(.+?)' has no attribute '(.+?)'", r"« \1 » n'a pas d'attribut « \2 »"),
    (r"'?(.+?)'? object has no (?:attribute|element) '?(.+?)'?", r"un objet « \1 » n'a pas d'attribut « \2 »"),
    (r"the template '(.+?)' \(.*?\) does not export the requested name '(.+?)'", r"« \1 » ne définit pas « \2 »"),
    (r"Encountered unknown tag '(.+?)'\..*", r"balise « \1 » inconnue ou mal placée"),
    (r"Unexpected end of template\..*", "fin inattendue : un bloc n'est pas fermé"),
    (r"No filter named '(.+?)'\.?", r"filtre « \1 » inconnu"),
    (r"No test named '(.+?)'(?: found)?\.?", r"test « \1 » inconnu"),
    (r"expected token '(.+?)', got '(.+?)'", r"« \1 » attendu, « \2 » trouvé"),
    (r"unexpected '(.+?)'", r"« \1 » inattendu"),
    (r"unexpected char '(.+?)' at \d+", r"caractère « \1 » inattendu"),
    (r"block '(.+?)' defined twice", r"le bloc « \1 » est défini deux fois"),
    (r"access to attribute '(.+?)' of '(.+?)' object is unsafe\.?", r"l'accès à « \1 » est interdit"),
    (r"Range too big.*", "suite de nombres trop longue"),
    (r".*(?:division|modulo) by zero", "division par zéro"),
)


def _fault(error: Exception, template: str, own: _Folder | _Past | None) -> TemplateFault:
    """The error as one French sentence that names the template's file and line."""
    if isinstance(error, TemplateFault):
        return error
    name, line = _place(error, template)
    if isinstance(error, TemplateNotFound):
        missing = getattr(error, "name", None) or str(error)
        said = f"modèle « {missing} » introuvable"
    else:
        said = _said(error)
    where = f"{_shown(name, own)}:{line}" if line else _shown(name, own)
    return TemplateFault(f"{where}: {said}")


def _place(error: Exception, template: str) -> tuple[str, int]:
    """The template's file and line where the error is: the innermost one of a template on the stack."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or template, error.lineno
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith((".j2", ".css"))]
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else (template, 0)


def _shown(name: str, own: _Folder | _Past | None) -> str:
    """A template's file as messages give it: `templates/…` for the roadmap's, `REV:templates/…` for those of the past,
    `alliances/…` for the shipped ones."""
    path = Path(name)
    if isinstance(own, _Past):
        if name in own.texts or name.startswith(f"{own.folder}/"):
            return f"{own.folder}/{name.removeprefix(f'{own.folder}/')}"
    elif own is not None:
        own_templates = Path(own.searchpath[0])
        for folder in (own_templates, own_templates.resolve()):
            if path.is_relative_to(folder):
                return f"{own_templates.resolve().name}/{path.relative_to(folder).as_posix()}"
        if not path.is_absolute() and (own_templates / path).exists():
            return f"{own_templates.resolve().name}/{path.as_posix()}"
    shipped = shipped_templates()
    return f"{SHIPPED_PREFIX}/{path.relative_to(shipped).as_posix() if path.is_relative_to(shipped) else path.name}"


def _said(error: Exception) -> str:
    # A syntax error's own text has more lines, in English.
    text = ((error.message or "") if isinstance(error, TemplateSyntaxError) else str(error)).strip()
    for pattern, french in _IN_FRENCH:
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            return match.expand(french)
    if isinstance(error, TemplateSyntaxError) and text.startswith(("le fichier", "lecture")):
        return text
    kind = {
        TemplateSyntaxError: "erreur de syntaxe",
        UndefinedError: "un nom n'existe pas",
        SecurityError: "opération interdite dans un modèle",
        RecursionError: "le modèle s'appelle lui-même sans fin",
        TemplateError: "le modèle ne peut pas être rendu",
    }
    return next((french for cls, french in kind.items() if isinstance(error, cls)), "le modèle ne peut pas être rendu")

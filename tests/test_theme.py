"""A roadmap's colours, font and logo: what is refused and where, what a document shows, now and in the past."""

from __future__ import annotations

import base64
import os
import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from alliances_cli import ressources, store, theme
from alliances_cli.couleurs import contrast
from alliances_cli.location import FILES
from alliances_cli.model import Couleurs, Theme
from alliances_cli.present import report
from alliances_cli.present.report import Edition
from alliances_cli.present.report.style import theme_css
from alliances_cli.ressources import LOGO_MAX, POLICE_MAX, Fichier
from alliances_cli.store import Source
from conftest import REPOSITORY, Invoke, examples
from story import Repository
from test_check import within
from test_report import moment_of, read_page

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#005a9c"/></svg>'
MESURES = "mesures:\n  - {id: 1, titre: Une mesure, avancement: en_retard}\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 1, extra: bytes = b"") -> bytes:
    rows = zlib.compress(b"".join(b"\0" + b"\0\x5a\x9c" * min(width, 8) for _ in range(min(height, 8))))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def font(genre: str) -> bytes:
    """A real font of one square, in the given form."""
    from io import BytesIO

    builder_of: Any = pytest.importorskip("fontTools.fontBuilder")
    pens: Any = pytest.importorskip("fontTools.pens.ttGlyphPen")

    pen = pens.TTGlyphPen(None)
    for place, go in (((0, 0), pen.moveTo), ((0, 700), pen.lineTo), ((700, 700), pen.lineTo), ((700, 0), pen.lineTo)):
        go(place)
    pen.closePath()
    square = pen.glyph()
    builder = builder_of.FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "A"])
    builder.setupCharacterMap({0x41: "A"})
    builder.setupGlyf({".notdef": square, "A": square})
    builder.setupHorizontalMetrics({".notdef": (800, 0), "A": (800, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Essai", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800)
    builder.setupPost()
    builder.font.flavor = genre if genre.startswith("woff") else None
    out = BytesIO()
    builder.save(out)
    return out.getvalue()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small roadmap, which is the current one."""
    folder = tmp_path / "feuille"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "mesures.yaml").write_text(MESURES)
    monkeypatch.chdir(folder)
    return folder


def themed(folder: Path, **keys: str) -> None:
    inside = "".join(f"  {key}: {value}\n" for key, value in keys.items())
    (folder / "data" / "mission.yaml").write_text(f"titre: Feuille\netat_au: 2021-05-07\ntheme:\n{inside}")


# --- the files --------------------------------------------------------------------------------------------------------


def test_a_logo_is_in_the_page_itself(own: Path, invoke: Invoke) -> None:
    (own / "images").mkdir()
    for name, data, media in (("logo.svg", SVG, "image/svg+xml"), ("logo.PNG", png(), "image/png")):
        (own / "images" / name).write_bytes(data)
        themed(own, logo=f"images/{name}")
        assert invoke("check", "--strict").out
        html = invoke("render", "--format", "html").out
        (image,) = (attrs for tag, attrs in read_page(html, "html").tags if tag == "img")
        assert image["src"] == f"data:{media};base64,{base64.b64encode(data).decode()}"
        assert image["alt"] == "Logo\u00a0: Feuille"
        assert "img-src data:" in html and "images/" not in html
        # Markdown has no picture that travels with it.
        assert "data:" not in invoke("render", "--format", "md").out
    (own / "data" / "mission.yaml").write_text(
        "titre: Feuille\netat_au: 2021\nemetteur: {nom: '**Le** \"comité\"'}\ntheme: {logo: images/logo.svg}\n"
    )
    assert 'alt="Logo : Le « comité »"' in invoke("render", "--format", "html").out.replace("\u00a0", " ")


def test_the_folder_beside_the_data_goes_first(own: Path, invoke: Invoke) -> None:
    themed(own, logo="logo.svg")
    (own / "data" / "logo.svg").write_bytes(SVG)
    assert base64.b64encode(SVG).decode() in invoke("render", "--format", "html").out
    other = SVG.replace(b"005a9c", b"9c5a00")
    (own / "logo.svg").write_bytes(other)
    html = invoke("render", "--format", "html", "--data", str(own / "data")).out
    assert base64.b64encode(other).decode() in html


def _refused(own: Path, invoke: Invoke, code: int = 1) -> str:
    """What `check` says of the logo's file, at its place; `render` says the same, and writes nothing."""
    with within(5):
        said = invoke("check", code=code).spoken
        rendered = invoke("render", "-o", "bilan.html", code=code)
    assert not (own / "bilan.html").exists() and rendered.out == ""
    first = said.splitlines()[0]
    assert first in rendered.spoken
    assert first.startswith("data/mission.yaml:4:9: logo «"), first
    assert invoke("status").out
    return first


def test_a_missing_file_is_told_with_the_places_where_it_was_looked_for(own: Path, invoke: Invoke) -> None:
    themed(own, logo="img/logo.svg")
    assert _refused(own, invoke).endswith(
        "logo « img/logo.svg » : fichier introuvable : ni « img/logo.svg », ni « data/img/logo.svg »"
    )
    assert "erreur" in invoke("check", code=1).spoken and "non vérifiés" in invoke("check", code=1).spoken


def test_what_is_no_plain_file_of_the_roadmap_is_refused(own: Path, invoke: Invoke) -> None:
    themed(own, logo="logo.svg")
    path = own / "logo.svg"
    path.mkdir()
    assert "c'est un dossier ; un fichier est attendu" in _refused(own, invoke)
    path.rmdir()
    outside = own.parent / "secret.svg"
    outside.write_bytes(SVG)
    path.symlink_to(outside)
    assert "« logo.svg » : il mène hors de la feuille de route, ce qui est refusé" in _refused(own, invoke)
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "il mène hors de la feuille de route" in _refused(own, invoke)
    path.unlink()
    path.symlink_to("nulle-part.svg")
    assert "ce lien ne mène à aucun fichier" in _refused(own, invoke)
    path.unlink()
    path.symlink_to("logo.svg")
    assert "ce lien tourne en rond" in _refused(own, invoke)
    path.unlink()
    os.mkfifo(path)
    assert "ce n'est pas un fichier ordinaire" in _refused(own, invoke)
    path.unlink()
    # A folder that leads out is as far as a file that does.
    (own.parent / "ailleurs").mkdir()
    (own.parent / "ailleurs" / "logo.svg").write_bytes(SVG)
    (own / "img").symlink_to(own.parent / "ailleurs")
    themed(own, logo="img/logo.svg")
    assert "il mène hors de la feuille de route" in _refused(own, invoke)
    # Inside, a link is a file like another.
    (own / "vrai.svg").write_bytes(SVG)
    path.symlink_to("vrai.svg")
    themed(own, logo="./logo.svg")
    assert base64.b64encode(SVG).decode() in invoke("render", "--format", "html").out


def test_a_file_that_the_system_refuses_is_its_error(
    own: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    themed(own, logo="logo.svg")
    (own / "logo.svg").write_bytes(SVG)
    real = os.stat

    def stat(path: Any, *args: Any, **options: Any) -> Any:
        if str(path).endswith("logo.svg"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr("alliances_cli.store.os.stat", stat)
    assert "permission refusée" in _refused(own, invoke, 5)


# --- what a logo is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SVG, "ce n'est pas une image PNG"),
        (b"", "ce n'est pas une image PNG"),
        (png()[:-5], "cette image PNG est abîmée ou incomplète"),
        (png() + b"<script>", "cette image PNG est abîmée ou incomplète"),
        (png().replace(b"IDAT", b"IDAX"), "cette image PNG est abîmée ou incomplète"),
        (b"\x89PNG\r\n\x1a\n", "cette image PNG est abîmée ou incomplète"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "cette image PNG est abîmée ou incomplète"),
        (png(0, 3), "cette image PNG est abîmée ou incomplète"),
        (png(60_000, 60_000), "image de 60000 × 60000 points ; 4096 de côté au plus"),
        (png(extra=chunk(b"acTL", bytes(8))), "cette image PNG est animée ; enregistrez-la fixe"),
        (
            png(extra=chunk(b"teXt", bytes(LOGO_MAX))),
            "fichier trop gros : 200 ko au plus ; le document le porte en lui",
        ),
    ],
)
def test_what_is_no_png(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        ressources.logo("png", data)
    assert ressources.logo("png", png()).donnees == png()


def svg(inside: str, attributes: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{inside}</svg>".encode()


BOMB = "".join(f'<g id="b{n}">' + f'<use href="#b{n + 1}"/>' * 10 + "</g>" for n in range(9)) + '<path id="b9"/>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "ce n'est pas un dessin SVG bien formé"),
        (png(), "ce dessin SVG n'est pas en UTF-8"),
        (SVG.decode().encode("utf-16"), "ce dessin SVG n'est pas en UTF-8"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?>' + SVG, "ce dessin SVG n'est pas en UTF-8"),
        (SVG[:-3], "ce n'est pas un dessin SVG bien formé (ligne 1)"),
        (b"<html><body/></html>", "ce n'est pas un dessin SVG"),
        (b"<svg><path/></svg>", "ce n'est pas un dessin SVG"),
        (b"<!DOCTYPE svg [<!ENTITY a 'x'>]>" + svg("<text>&a;</text>"), "a une DTD"),
        (b"<!doctype svg>" + SVG, "ce n'est pas un dessin SVG bien formé"),
        (b'<?xml-stylesheet href="//x/a.css"?>' + SVG, "appelle une feuille de style"),
        (svg("<script>alert(1)</script>"), "contient « script »"),
        (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'), "contient « script »"),
        (svg("<foreignObject/>"), "contient « foreignObject »"),
        (svg('<p xmlns="http://www.w3.org/1999/xhtml">x</p>'), "contient « p »"),
        (svg('<rect><animate attributeName="x"/></rect>'), "contient « animate »"),
        (svg('<image href="data:image/png;base64,AAAA"/>'), "contient « image »"),
        (svg("<path onload='x()'/>"), "contient un programme (« onload »)"),
        (svg("", "OnLoad='x()'"), "contient un programme (« onload »)"),
        (svg('<a href="javascript:x()"><path/></a>'), "renvoie hors de lui-même"),
        (svg('<use xlink:href="autre.svg#a"/>'), "renvoie hors de lui-même"),
        (svg('<use href="//x/y.svg#a"/>'), "renvoie hors de lui-même"),
        (svg("", 'xml:base="https://x/"'), "renvoie hors de lui-même"),
        (svg('<path fill="url(https://x/y)"/>'), "le style de ce dessin SVG renvoie hors de lui-même"),
        (svg("<path style=\"fill:URL( '//x' )\"/>"), "le style de ce dessin SVG"),
        (svg("<style>@import '//x/a.css';</style>"), "le style de ce dessin SVG"),
        (svg("<style><![CDATA[a{fill:u\\72l(//x)}]]></style>"), "le style de ce dessin SVG"),
        (svg("<style>a{animation:b 1s}</style>"), "le style de ce dessin SVG"),
        (svg(BOMB), "compte trop d'éléments, copies comprises"),
        (svg(BOMB.replace("<use href=", "<use xlink:href=")), "compte trop d'éléments"),
        (svg('<g id="a"><use href="#a"/></g>'), "se copie lui-même sans fin"),
        (svg('<pattern id="a"><path fill="url(#b)"/></pattern><g id="b"><use href="#a"/></g>'), "se copie lui-même"),
        (svg("<g>" * 200 + "</g>" * 200), "trop de groupes les uns dans les autres"),
        (
            svg("".join(f'<g id="c{n}"><use href="#c{n + 1}"/></g>' for n in range(2000))),
            "trop de copies les unes dans les autres",
        ),
    ],
)
def test_what_is_no_drawing(data: bytes, message: str) -> None:
    with within(3), pytest.raises(ValueError, match=re.escape(message)):
        ressources.logo("svg", data)


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8' standalone='no'?>\n<!-- Inkscape -->\n" + SVG,
        svg(
            '<defs><linearGradient id="g"><stop offset="0"/></linearGradient>'
            '<linearGradient id="h" xlink:href="#g"/><path id="p" d="M0 0"/></defs>'
            "<style>.a{fill:url(#h)}</style><metadata><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
            "<r:Description r:about='http://x'/></r:RDF></metadata>"
            '<g transform="translate(3 4)" clip-path="url( \'#p\' )"><use href="#p"/><use xlink:href="#p"/></g>'
        ),
    ],
    ids=["plain", "declared", "inkscape"],
)
def test_an_ordinary_drawing_is_taken_as_it_is(data: bytes) -> None:
    assert ressources.logo("svg", data) == Fichier("svg", data)


# --- fonts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("genre", ressources.POLICES)
def test_a_font_is_in_the_page_itself(genre: str, own: Path, invoke: Invoke) -> None:
    data = font("ttf" if genre == "otf" else genre)
    (own / f"essai.{genre}").write_bytes(data)
    themed(own, police=f"essai.{genre}")
    html = invoke("render", "--format", "html").out
    (face,) = (face for face in re.findall(r"@font-face\{[^}]*\}", html) if "police-du-bilan" in face)
    assert f"src:url(data:font/{genre};base64,{base64.b64encode(data).decode()})" in face
    assert 'html{font-family:"police-du-bilan",var(--pile,sans-serif)}' in html and "font-src data:" in html
    for damaged, message in ((data[:-7], "abîmée ou incomplète"), (b"x" + data, f"pas une police {genre.upper()}")):
        (own / f"essai.{genre}").write_bytes(damaged)
        said = invoke("check", code=1).spoken.splitlines()[0]
        assert said.startswith("data/mission.yaml:4:11: police «") and message in said
    (own / f"essai.{genre}").write_bytes(data + bytes(POLICE_MAX))
    assert "fichier trop gros : 300 ko au plus" in invoke("check", code=1).spoken


def test_a_named_font_comes_first(own: Path, invoke: Invoke) -> None:
    themed(own, police="Source Sans 3")
    assert 'html{font-family:"Source Sans 3",var(--pile,sans-serif)}' in invoke("render", "--format", "html").out
    themed(own, police="serif")
    assert "html{font-family:serif,var(--pile,sans-serif)}" in invoke("render", "--format", "html").out
    assert "--pile:" in (REPOSITORY / "templates" / "bilan.css").read_text("utf-8")


@settings(max_examples=examples(100), deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30), st.sampled_from(["police", "accent"]))
@example('x"}body{display:none}', "police")
@example("</style><script>", "police")
@example("#fff}</style>", "accent")
@example("#fff\n", "accent")
def test_nothing_typed_can_leave_its_declaration(text: str, key: str) -> None:
    raw = {"police": text} if key == "police" else {"couleurs": {"accent": text}}
    found = store.validated(Theme, raw)
    if found is None:
        return
    assert isinstance(found, Theme)
    css = theme_css(found, None)
    if key == "police":
        assert re.fullmatch(r'(html\{font-family:("[\w -]+"|[a-z-]+),var\(--pile,sans-serif\)\})?', css)
    else:
        assert re.fullmatch("#[0-9a-f]{6}", found.couleurs.accent or "")


# --- colours ----------------------------------------------------------------------------------------------------------

COLOUR = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
LEVELS = st.lists(COLOUR, min_size=2, max_size=8)


_BLOCK = re.compile(r"(@media[^{]*)\{((?:[^{}]*\{[^{}]*\})*)\}|([^{}@]*\{[^{}]*\})")


def properties(css: str, rule: str) -> dict[str, str]:
    """The custom properties that rules give, the last one winning."""
    found: dict[str, str] = {}
    for inside in re.findall(r"(?:^|[}\s])" + re.escape(rule) + r"\{([^{}]*)(?=\})", css):
        found.update(re.findall(r"(--[\w]+):(#[0-9a-f]{3,6})\b", inside))
    return {k: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:]) for k, v in found.items()}


def themes(html: str, levels: int) -> Iterator[tuple[dict[str, str], list[str]]]:
    """The custom properties of each theme of a page as it was rendered, and the colours of its levels there: the rules
    that hold in it, in the order in which they stand."""
    (css,) = re.findall("<style>(.*)</style>", html)
    for held in ((), ("@media screen and (prefers-color-scheme:dark)",)):
        rules = "".join(plain or (inside if media in held else "") for media, inside, plain in _BLOCK.findall(css))
        yield properties(rules, ":root"), [properties(rules, f".n{rank}")["--niveau"] for rank in range(levels)]


def pages(couleurs: dict[str, str], levels: list[str]) -> str:
    scale = ", ".join(f"{{code: n{i}, libelle: N{i}, couleur: '{colour}'}}" for i, colour in enumerate(levels))
    given_ = ", ".join(f"{key}: '{colour}'" for key, colour in couleurs.items())
    texts = {
        "mission": f"titre: x\nechelle: [{scale}]\ntheme: {{couleurs: {{{given_}}}}}\n",
        "mesures": "mesures: [{id: 1, titre: a, avancement: n0}]",
    }
    feuille = store.parse({part: Source(FILES[part], text.encode()) for part, text in texts.items()}).require()
    return report.render(Edition(feuille, moment_of(feuille), "0"), "html")


def legible_all(html: str, levels: int) -> None:
    """Texts 4.5:1 on all that they may stand on; a tile's text on its tile; shapes 3:1."""
    for values, colours in themes(html, levels):
        grounds = [values[name] for name in ("--fond", "--fond2", "--cible")]
        for name in ("--encre", "--doux", "--accent", "--lien"):
            for ground in grounds:
                assert contrast(values[name], ground) >= 4.5, (name, values[name], ground)
        for colour in colours:
            for ground in grounds:
                assert contrast(colour, ground) >= 4.5, (colour, ground)


def test_the_palette_is_that_of_the_style_sheet() -> None:
    for (values, _), palette in zip(
        themes(pages({}, ["#000000", "#ffffff"]), 2), (theme.CLAIRE, theme.SOMBRE), strict=True
    ):
        names = {"texte": "encre"}
        assert {name: values[f"--{names.get(name, name)}"] for name in palette._fields} == palette._asdict()


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(levels=LEVELS)
@example(levels=["#ffffff", "#000000", "#808080", "#ffff00", "#00ff00"])
def test_any_colour_of_a_level_reads_in_both_themes(levels: list[str]) -> None:
    legible_all(pages({}, levels), len(levels))


@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(couleurs=st.dictionaries(st.sampled_from(list(Couleurs.model_fields)), COLOUR, max_size=6), levels=LEVELS)
@example(couleurs={"fond": "#000000", "fond_sombre": "#ffffff"}, levels=["#808080", "#123456"])
@example(couleurs={"texte": "#000000", "texte_sombre": "#ffffff"}, levels=["#808080", "#123456"])
@example(couleurs={"fond": "#fffaf0"}, levels=["#808080", "#123456"])
@example(couleurs={"accent": "#a00000"}, levels=["#808080", "#123456"])
def test_what_check_lets_through_reads(couleurs: dict[str, str], levels: list[str]) -> None:
    assume(not list(theme.faults(Theme(couleurs=Couleurs(**couleurs)))))
    legible_all(pages(couleurs, levels), len(levels))


@settings(max_examples=examples(100), deadline=None)
@given(couleurs=st.dictionaries(st.sampled_from(list(Couleurs.model_fields)), COLOUR, max_size=6))
def test_the_colour_that_is_advised_passes(couleurs: dict[str, str]) -> None:
    for place, message in theme.faults(Theme(couleurs=Couleurs(**couleurs))):
        advised = re.search(r"la plus proche qui convient est (#[0-9a-f]{6})$", message)
        key = place[-1]
        if advised:
            mended = Theme(couleurs=Couleurs(**couleurs | {key: advised[1]}))
            assert key not in [other[-1] for other, _ in theme.faults(mended)]


def test_without_a_theme_nothing_is_added() -> None:
    assert theme_css(Theme(), None) == ""
    assert theme.palettes(Couleurs()) == (theme.CLAIRE, theme.SOMBRE)


# --- the past ---------------------------------------------------------------------------------------------------------


def test_at_a_revision_the_files_are_those_of_then(
    told: Repository, tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "depot"
    shutil.copytree(told.folder, folder, symlinks=True)
    repository = Repository(folder)
    monkeypatch.chdir(folder)
    mission = repository.data / "mission.yaml"
    mission.write_text(mission.read_text("utf-8") + "theme: {logo: logo.svg}\n", "utf-8")
    (folder / "logo.svg").write_bytes(SVG)
    repository.commit("Un logo", "2026-06-01")
    then = base64.b64encode(SVG).decode()
    now = SVG.replace(b"005a9c", b"9c5a00")
    (folder / "logo.svg").write_bytes(now)
    html = invoke("render", "--format", "html", "--rev", "HEAD").out
    assert then in html and base64.b64encode(now).decode() not in html
    assert base64.b64encode(now).decode() in invoke("render", "--format", "html").out
    assert base64.b64encode(now).decode() in invoke("render", "--format", "html", "--since", "HEAD").out

    # Gone from the work tree, it is still there then; added since, it isn't.
    (folder / "logo.svg").unlink()
    assert then in invoke("render", "--format", "html", "--rev", "HEAD").out
    assert invoke("check", "--rev", "HEAD").out
    repository.commit("Plus de logo", "2026-06-02")
    (folder / "logo.svg").write_bytes(SVG)
    said = invoke("check", "--rev", "HEAD", code=1).spoken
    assert re.search(r"HEAD:data/mission\.yaml:\d+:15: logo « logo\.svg » : fichier introuvable : ", said)
    assert "ni « HEAD:logo.svg », ni « HEAD:data/logo.svg »" in said
    assert "fichier introuvable" in invoke("render", "--rev", "HEAD", code=1).spoken
    (folder / "logo.svg").unlink()
    (folder / "logo.svg").symlink_to("data/mission.yaml")
    repository.commit("Un lien", "2026-06-03")
    assert "dans le passé, il n'est pas suivi" in invoke("check", "--rev", "HEAD", code=1).spoken
    assert invoke("history", "--format", "json").out

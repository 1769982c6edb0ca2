"""The bilan in a real browser: what axe-core finds, what it asks for, where its links lead, what is read without
colour, style or script, by keyboard, on a phone and on paper."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pages
from alliances_cli.model import Mesure
from conftest import IN_CI, Visit

pytestmark = pytest.mark.navigateur

# One look at a page: the arguments of `visit`, or of `browser.look`, which changes the page that is there.
PHONE: dict[str, Any] = {"width": 320, "height": 640}
ZOOMED: dict[str, Any] = {"width": 640, "height": 450}
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone": PHONE,
    "zoomed": ZOOMED,
    "dark": {"theme": "dark"},
    "phone-dark": {**PHONE, "theme": "dark"},
    "forced-colours": {"forced": True},
    "print": {"media": "print", "width": 794},
}
# In CI each page is looked at in each view; elsewhere the real roadmap's and the hostile one in those that say most.
SOME_VIEWS = {"real": ("desktop", "phone-dark"), "hostile": ("phone",)}
LOOKED_AT = {name: tuple(VIEWS) for name in pages.PAGES if name != "three-hundred"} if IN_CI else SOME_VIEWS


Url = Callable[[str], str]


@pytest.fixture
def url(tmp_path: Path) -> Url:
    """The address of one of PAGES, written in a folder of the test's own."""
    from browser import file_url

    def written(name: str) -> str:
        path = tmp_path / f"{name}.html"
        path.write_text(pages.document(name), encoding="utf-8")
        return file_url(path)

    return written


# --- what holds the tests ---------------------------------------------------------------------------------------------

FAULTY = """<!DOCTYPE html><html lang="fr"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';
 script-src 'unsafe-inline'; img-src file:">
<title>Fautive</title><style>
nav{position:fixed;top:0;left:0;right:0;height:200px;background:#fff} a:focus{outline:none}
.large{width:2000px;text-align:right} .coupe{width:30px;overflow:hidden;white-space:nowrap;font-size:40px}
</style>
<nav><a href="#rien">Rien</a></nav><h1 id="a">Un titre</h1><h4 id="a" style="color:red">Un autre</h4>
<p class="large">Un texte large</p><p class="coupe">Un texte coupé</p><p style="margin:2000px 0" id="bas">En bas</p>
<img src="x.png"><link rel="stylesheet" href="x.css"><script>window.__pwn=1</script>
"""


@pytest.mark.complet
def test_a_faulty_page_is_found_out(visit: Visit, tmp_path: Path) -> None:
    """None of the tests below is green because it looks at nothing."""
    import browser

    path = tmp_path / "fautive.html"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(AssertionError) as caught, visit(browser.file_url(path)) as page:
        seen = browser.first_screen(page)
        violations, misplaced = browser.violations(page), browser.misplaced(page)
        unsettled, odd = browser.unsettled(page), browser.odd(page)
        stops, walk = browser.walked(page)
        landed = browser.landed(page, "bas")
    said = str(caught.value)
    assert "Rien" in seen and "En bas" not in seen
    assert {"image-alt", "heading-order", "landmark-one-main"} <= {fault.partition(":")[0] for fault in violations}
    assert {fault.partition(" ")[0] for fault in misplaced} == {"wide:", "out:", "cut:"}, misplaced
    assert unsettled == ["twice: a", "leads nowhere: #rien"]
    assert {"<script>", "<img>", "src=x.png", "style=color:red"} <= set(odd)
    assert stops == 1 and "the focus isn't seen" in walk[0]
    assert [fault.partition("under")[0] for fault in landed] == ["bas: ", "bas: its top is ", "bas: it looks as before"]
    assert all(word in said for word in ("request: ", "x.png", "console: ", "policy: style", "a script of")), said


def test_a_missing_browser_is_said_and_in_ci_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    import browser

    monkeypatch.setattr(browser, "NAMES", ("nowhere-to-be-found",))
    monkeypatch.delenv("ALLIANCES_CHROMIUM", raising=False)
    monkeypatch.delenv("ALLIANCES_EXIGER_NAVIGATEUR", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        browser.executable()
    monkeypatch.setenv("ALLIANCES_EXIGER_NAVIGATEUR", "1")
    with pytest.raises(pytest.fail.Exception, match="lets no browser test be skipped"):
        browser.executable()
    monkeypatch.setenv("ALLIANCES_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(pytest.fail.Exception, match="names no program"):
        browser.executable()


# --- axe-core ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOOKED_AT if IN_CI else ["real"])
def test_axe_finds_nothing(name: str, visit: Visit, url: Url, record_property: Callable[[str, object], None]) -> None:
    """With what is folded closed, then open."""
    import browser

    found = []
    with visit(url(name)) as page:
        for folded in ("folded", "unfolded"):
            if folded == "unfolded" and not browser.ask(page, "unfold"):
                break
            for view in LOOKED_AT[name]:
                browser.look(page, **VIEWS[view])
                found += [f"{view}, {folded}: {fault}" for fault in browser.violations(page)]
        if name == "real" and IN_CI:
            for theme in ("light", "dark"):
                browser.look(page, theme=theme)
                low = browser.violations(page, "color-contrast-enhanced")
                record_property("measured", f"{theme}: {len(low)} texts under a contrast of 7:1 {low[:2]}")
    assert found == []


# --- sound, on every window -------------------------------------------------------------------------------------------

WIDTHS = ((1280, 900), (768, 1024), (640, 450), (360, 640), (320, 640))
# WCAG 1.4.12: what a reader may set without losing a word.
SPACED = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)


@pytest.mark.parametrize("name", LOOKED_AT)
def test_nothing_sticks_out_nor_is_cut(name: str, visit: Visit, url: Url) -> None:
    """And nothing is asked for or said, no anchor stands twice, no link leads nowhere: `visit` sees to that."""
    import browser

    with visit(url(name)) as page:
        assert browser.unsettled(page) == []
        browser.ask(page, "unfold")
        found = []
        for spaced in (False, True):
            if spaced:
                browser.ask(page, "restyle", SPACED)
            for width, height in WIDTHS if name == "real" else (WIDTHS[0], WIDTHS[-1]):
                page.set_viewport_size({"width": width, "height": height})
                found += [f"{width}{' spaced' if spaced else ''}: {fault}" for fault in browser.misplaced(page)]
        assert found == []


@pytest.mark.complet
@pytest.mark.parametrize("name", ["hostile", "hostile-ids"])
def test_hostile_texts_are_inert(name: str, visit: Visit, url: Url) -> None:
    import browser

    with visit(url(name), **PHONE) as page:
        assert browser.odd(page) == []
        # What is under the pointer, or has the focus, has no handler that a text could have given.
        for link in page.locator("main a").all()[:40]:
            link.dispatch_event("mouseover")
            link.focus()


# --- links, keyboard --------------------------------------------------------------------------------------------------


@pytest.mark.complet
@pytest.mark.parametrize("view", ["desktop", "phone", "zoomed", "forced-colours"])
def test_links_land(view: str, visit: Visit, url: Url) -> None:
    """Each item, opened by its own address, is in sight, under nothing, and set off."""
    import browser

    feuille = pages.feuille("real")
    with visit(url("real") + "#mesure-9", **VIEWS[view]) as page:
        top = page.locator("#mesure-9").bounding_box()
        assert top and 0 <= top["y"] < page.evaluate("innerHeight") / 2
        anchors = [f"mesure-{mesure.id}" for mesure in feuille.mesures]
        anchors += [f"chantier-{chantier.id}" for chantier in feuille.chantiers]
        anchors += [f"levier-{levier.id}" for levier in feuille.leviers]
        assert [fault for anchor in anchors for fault in browser.landed(page, anchor)] == []


@pytest.mark.complet
@pytest.mark.parametrize("view", ["desktop", "phone", "forced-colours"])
def test_the_keyboard_gets_everywhere(
    view: str, visit: Visit, url: Url, record_property: Callable[[str, object], None]
) -> None:
    import browser

    with visit(url("real"), **VIEWS[view]) as page:
        stops, faults = browser.walked(page)
        assert stops > 21 and faults == []
        record_property("measured", f"{view}: {stops} stops of the keyboard")


# --- without script, style, colour ------------------------------------------------------------------------------------


def test_the_same_words_without_scripts(visit: Visit, url: Url) -> None:
    import browser

    with visit(url("real")) as page:
        scripted = browser.text(page)
    with visit(url("real"), scripts=False) as page:
        assert browser.text(page) == scripted
    assert len(scripted) > 10_000


def level(mesure: Mesure, name: str) -> tuple[str, str]:
    """A mesure's word and sign, as its page must give them."""
    niveau = next((n for n in pages.feuille(name).echelle if n.code == mesure.avancement), None)
    return (niveau.libelle, niveau.symbole) if niveau else ("sans niveau", "○")


@pytest.mark.complet
@pytest.mark.parametrize("name", ["real", "grid"])
def test_each_level_is_a_word_and_a_sign(name: str, visit: Visit, url: Url) -> None:
    """So that it is read in grey, by the colour-blind, and without the style sheet."""
    import browser

    feuille = pages.feuille(name)
    assert len({niveau.symbole for niveau in feuille.echelle}) == len(feuille.echelle)
    with visit(url(name)) as page:

        def look(how: str) -> None:
            rows = browser.rows(page, [f"mesure-{mesure.id}" for mesure in feuille.mesures])
            for mesure in feuille.mesures:
                word, sign = level(mesure, name)
                row = rows[f"mesure-{mesure.id}"]
                assert word in row and sign in row, (how, mesure.id, row)

        look("on a desk")
        page.set_viewport_size({"width": 320, "height": 640})
        look("on a phone")
        page.emulate_media(forced_colors="active")
        look("in forced colours")
        page.emulate_media(media="print", forced_colors="none")
        look("on paper")
        page.emulate_media(media="screen")
        browser.ask(page, "unstyle")
        look("without style")


def test_each_mesure_has_a_tile_with_its_level(visit: Visit, url: Url) -> None:
    """A tile: outside the mesure's row, an item of a list that leads to it and bears its number, its word and its sign,
    to listen to if not to see."""
    import browser

    feuille = pages.feuille("real")
    with visit(url("real"), **PHONE) as page:
        for styled in (True, False):
            if not styled:
                browser.ask(page, "unstyle")
            tiles = browser.tiles(page, [f"mesure-{mesure.id}" for mesure in feuille.mesures])
            for mesure in feuille.mesures:
                word, sign = level(mesure, "real")
                found = tiles[f"mesure-{mesure.id}"]
                assert any(word in tile and sign in tile and mesure.id in tile for tile in found), (mesure.id, found)


@pytest.mark.parametrize("name", ["real", "grid", "since"] if IN_CI else ["real"])
def test_the_first_screen_answers(name: str, visit: Visit, url: Url) -> None:
    """Without scrolling: the title, the date, each level with its count."""
    import browser

    with visit(url(name)) as page:
        seen = browser.first_screen(page)
        assert " ".join(page.locator("h1").inner_text().split()) in seen
        if name == "since":
            assert "1er septembre 2021" in seen
            return
        feuille = pages.feuille(name)
        assert feuille.mission.etat_au and feuille.mission.etat_au.in_words in seen.replace("\u00a0", " ")
        for niveau in feuille.echelle:
            count = sum(mesure.avancement == niveau.code for mesure in feuille.mesures)
            word = re.escape(niveau.libelle)
            beside = rf"\b{count}\b[^\d,;.]{{0,20}}{word}|{word}[^\d,;.]{{0,20}}\b{count}\b"
            assert re.search(beside, seen, re.IGNORECASE), (niveau.libelle, count, seen)


# --- the filter -------------------------------------------------------------------------------------------------------


@pytest.mark.complet
@pytest.mark.parametrize("view", ["desktop", "phone"])
@pytest.mark.parametrize("name", ["real", "grid"])
def test_the_filter_works_by_keyboard_without_scripts(name: str, view: str, visit: Visit, url: Url) -> None:
    """Each level has a choice that shows its mesures and no other, with their count; paper has them all; a mesure that
    a link leads to is always shown."""
    import browser

    feuille = pages.feuille(name)
    everything = [f"mesure-{mesure.id}" for mesure in feuille.mesures]
    levels = {niveau.libelle: niveau for niveau in feuille.echelle}
    with visit(url(name), scripts=False, **VIEWS[view]) as page:
        radios = page.get_by_role("radio")
        assert radios.count() > 1, "the page has no filter"
        radios.first.focus()
        seen = [browser.ask(page, "chosen")]
        assert seen[0]["checked"] and sorted(seen[0]["mesures"]) == sorted(everything)
        while len(seen) < 40:
            page.keyboard.press("ArrowDown")
            now = browser.ask(page, "chosen")
            if now["id"] == seen[0]["id"]:
                break
            seen.append(now)
        found = {}
        for choice in seen:
            assert choice["checked"] and choice["empty"] == [], choice
            for word, niveau in levels.items():
                if word in choice["label"] and not any(
                    word in other and other in choice["label"] for other in levels if other != word
                ):
                    expected = [f"mesure-{m.id}" for m in feuille.mesures if m.avancement == niveau.code]
                    assert sorted(choice["mesures"]) == sorted(expected), choice
                    assert str(len(expected)) in choice["label"]
                    found[word] = choice["id"]
        assert set(found) >= {
            word for word, niveau in levels.items() if any(m.avancement == niveau.code for m in feuille.mesures)
        }
        one = feuille.mesures[0]
        other = next(word for word in found if levels[word].code != one.avancement)
        page.locator(f"[id='{found[other]}']").focus()
        page.keyboard.press("Space")
        assert not page.locator(f"[id='mesure-{one.id}']").is_visible()
        page.emulate_media(media="print")
        assert sorted(browser.ask(page, "chosen")["mesures"]) == sorted(everything)
        page.emulate_media(media="screen")
        page.goto(f"{page.url.partition('#')[0]}#mesure-{one.id}")
        assert page.locator(f"[id='mesure-{one.id}']").is_visible()


# --- weight and time --------------------------------------------------------------------------------------------------


def test_the_real_page_is_light(visit: Visit, url: Url, record_property: Callable[[str, object], None]) -> None:
    with visit(url("real")) as page:
        nodes = page.evaluate("document.querySelectorAll('*').length")
        record_property("measured", f"real: {len(pages.document('real').encode())} bytes, {nodes} elements")


@pytest.mark.complet
def test_three_hundred_mesures_render_and_scroll(
    visit: Visit, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    import browser

    data, output = pages.write_shape(pages.three_hundred(), tmp_path), tmp_path / "bilan.html"
    command = [sys.executable, "-m", "alliances_cli", "render", "--data", str(data), "--au", pages.DAY]
    start = time.monotonic()
    subprocess.run([*command, "-o", str(output)], check=True, capture_output=True)
    rendered_s = time.monotonic() - start
    with visit(browser.file_url(output)) as page:
        start = time.monotonic()
        steps = int(browser.ask(page, "scrollThrough", 600))
        scrolled_s = time.monotonic() - start
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.scrollingElement.scrollWidth") == 320
    said = f"300 mesures: {output.stat().st_size} bytes, rendered in {rendered_s:.1f} s, scrolled in {scrolled_s:.1f} s"
    record_property("measured", said)
    assert steps > 50 and rendered_s < 5 and scrolled_s < 10, said

"""`alliances serve`: a real process, asked over real HTTP, its files saved as editors save them; then in a browser."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import pytest

from alliances_cli.errors import Problem
from alliances_cli.present import as_page
from alliances_cli.preview.page import SCRIPT, page
from alliances_cli.preview.watching import changes, snapshot
from conftest import DATA, IN_CI, Invoke

PATHS = ("/", "/dernier-bilan", "/evenements", "/ailleurs")
# Said in the issue: from the end of a save to the page's reload.
RELOAD_S = 1.0
STOP_S = 2.0
PATIENCE_S = 10.0
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
ADDED = re.compile(r"<script data-[^>]*>(.*?)</script>", re.DOTALL)
BROKEN = "mesures:\n  - id: 1\n    titre: [\n"


class Server:
    """A process that serves a roadmap; `err` is where its stderr goes."""

    def __init__(self, folder: Path, *argv: str) -> None:
        self.err = folder / "err.txt"
        with self.err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "alliances_cli", "serve", *argv],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=err,
                stdin=subprocess.DEVNULL,
                text=True,
                env={k: v for k, v in os.environ.items() if not k.startswith("ALLIANCES_")},
            )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", self.address), self.err.read_text()
        self.port = int(self.address.rpartition(":")[2].strip("/"))

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def ask(self, path: str = "/", method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """The answer, its body not read."""
        connection = self.connect()
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse()

    def text(self, path: str = "/") -> str:
        return self.ask(path).read().decode()

    def stop(self, by: signal.Signals = signal.SIGINT) -> float:
        """Stops it; how long it took."""
        start = time.monotonic()
        self.process.send_signal(by)
        assert self.process.wait(PATIENCE_S) == 0, self.err.read_text()
        return time.monotonic() - start


@contextmanager
def serving(folder: Path, *argv: str) -> Iterator[Server]:
    server = Server(folder, *(argv or ("--port", "0")))
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()


@pytest.fixture
def served(roadmap: Path) -> Iterator[Server]:
    with serving(roadmap.parent) as server:
        yield server


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that tests only ask, whose files stay as they are."""
    folder = tmp_path_factory.mktemp("still")
    shutil.copytree(DATA, folder / "data")
    with serving(folder) as server:
        yield server


class Stream:
    """The event stream, as a page reads it: the version of the page at `/`."""

    def __init__(self, server: Server) -> None:
        self.answer: IO[bytes] = server.ask("/evenements")
        self.version = self.next()

    def next(self) -> str:
        """The next version of `/`, whatever comes before."""
        while line := self.answer.readline():
            if line == b"event: /\n":
                return self.answer.readline().decode().removeprefix("data: ").strip()
        raise AssertionError("the stream ended")

    def after(self, save: Any) -> float:
        """How long after a save the page's version changed."""
        save()
        start = time.monotonic()
        while (found := self.next()) == self.version:
            pass
        self.version = found
        return time.monotonic() - start


@pytest.fixture
def stream(served: Server) -> Stream:
    return Stream(served)


def renamed(path: Path, text: str) -> None:
    """A save as most editors do: beside, then renamed."""
    other = path.with_name(path.name + "~")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def retitled(text: str, titre: str) -> str:
    found, n = re.subn(r"^titre: .*$", f"titre: {titre}", text, count=1, flags=re.MULTILINE)
    assert n == 1
    return found


def stripped(page: str) -> str:
    """The page without what the server adds to it."""
    return POLICY.sub("", ADDED.sub("", page))


# --- what is served ---------------------------------------------------------------------------------------------------


def test_the_page_is_the_document_but_for_its_script_and_policy(still: Server, at_home: None, invoke: Invoke) -> None:
    document = invoke("render", "--format", "html").out
    answer = still.ask()
    body = answer.read().decode()
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert stripped(body) == stripped(document)
    assert ADDED.findall(body) == [SCRIPT]
    own = POLICY.findall(body)[0]
    assert answer.headers["content-security-policy"] == f"{own}; frame-ancestors 'none'"
    assert "connect-src 'self'" in own and len(re.findall(r"script-src 'sha256-[^' ]+'", own)) == 1
    assert POLICY.findall(document)[0] in own
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["access-control-allow-origin"] is None


def test_nothing_but_the_bilan_is_served(still: Server) -> None:
    for path in (
        "/x",
        "/index.html",
        "/favicon.ico",
        "/data/mesures.yaml",
        "/../data/mesures.yaml",
        "//",
        "/evenements/",
    ):
        assert still.ask(path).status == 404, path
    assert still.ask("/dernier-bilan").status == 200
    assert still.ask("/", "HEAD").read() == b""
    assert still.ask("/evenements", "HEAD").read() == b""
    for path in PATHS:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            assert still.ask(path, method).status == 405, (method, path)


@pytest.mark.parametrize("path", PATHS)
def test_another_host_or_origin_is_refused(still: Server, path: str) -> None:
    port = still.port
    other = port + 1 if port < 65535 else port - 1
    right = 404 if path == "/ailleurs" else 200
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        f"localhost:{other}",
        f"127.0.0.1.nip.io:{port}",
        "",
    ):
        assert 400 <= still.ask(path, Host=host).status < 500, host
        assert 400 <= still.ask(path, "HEAD", Host=host).status < 500, host
    for origin in ("null", "https://evil.example", f"http://localhost:{other}", f"https://127.0.0.1:{port}", ""):
        answer = still.ask(path, Origin=origin)
        assert (answer.status, b"mesure" in answer.read()) == (403, False), origin
    assert still.ask(path, Host=f"localhost:{port}").status == right
    assert still.ask(path, Origin=f"http://127.0.0.1:{port}").status == right
    # Another site's page may lead here, not embed what is here.
    assert still.ask(path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").status == 403
    assert still.ask(path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == right


def test_only_the_loopback_listens(still: Server) -> None:
    with suppress(OSError), socket.create_connection(("::1", still.port), 1):
        pytest.fail("it answers at ::1")
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with suppress(OSError), socket.create_connection((str(address), still.port), 1):
            pytest.fail(f"it answers at {address}")


# --- saves ------------------------------------------------------------------------------------------------------------


def test_a_save_is_shown_within_a_second(served: Server, stream: Stream, roadmap: Path) -> None:
    mission = roadmap / "mission.yaml"
    text = mission.read_text("utf-8")
    assert (
        best(lambda n: stream.after(lambda: mission.write_text(retitled(text, f"Sur place {n}"), "utf-8"))) < RELOAD_S
    )
    assert "Sur place" in served.text()
    assert best(lambda n: stream.after(lambda: renamed(mission, retitled(text, f"Renommé {n}")))) < RELOAD_S
    assert "Renommé" in served.text()
    assert best(lambda n: stream.after(lambda: mission.write_text(f"titre: [{' ' * n}\n"))) < RELOAD_S
    assert "mission.yaml:" in served.text()
    # The last of several saves wins.
    for n in range(20):
        mission.write_text(retitled(text, f"Le titre {n}"), "utf-8")
    stream.after(lambda: renamed(mission, retitled(text, "Le dernier titre")))
    until(lambda: "Le dernier titre" in served.text())


def test_a_fault_stands_on_the_page_and_the_last_bilan_is_a_click_away(
    served: Server, stream: Stream, roadmap: Path, invoke: Invoke
) -> None:
    mesures = roadmap / "mesures.yaml"
    text, bilan = mesures.read_text("utf-8"), served.text()
    stream.after(lambda: mesures.write_text(BROKEN, "utf-8"))
    answer = served.ask()
    shown = answer.read().decode()
    assert answer.status == 200
    where, _, message = invoke("check", code=1).out.splitlines()[0].partition(": ")
    assert re.fullmatch(r"data/mesures\.yaml:\d+:\d+", where)
    assert f'<code class="lieu">{where}</code> {as_page._text(message)}' in shown
    assert 'href="/dernier-bilan"' in shown
    assert served.text("/dernier-bilan") == bilan
    assert where in served.err.read_text()
    stream.after(lambda: mesures.write_text(text, "utf-8"))
    assert served.text() == bilan


@pytest.mark.complet
def test_files_and_folders_that_go_and_come_back(served: Server, stream: Stream, roadmap: Path) -> None:
    mission = roadmap / "mission.yaml"
    text, bilan = mission.read_text("utf-8"), served.text()
    stream.after(mission.unlink)
    stream.after(lambda: mission.write_text(text, "utf-8"))
    assert served.text() == bilan
    stream.after(lambda: shutil.rmtree(roadmap))
    until(lambda: "plus là" in served.text())
    shutil.copytree(DATA, roadmap)
    until(lambda: served.text() == bilan)
    # As `git checkout` does: many files at once, and one folder in another's place.
    other = roadmap.with_name("other")
    shutil.copytree(DATA, other)
    (other / "mission.yaml").write_text(retitled(text, "Une autre branche"), "utf-8")
    roadmap.rename(roadmap.with_name("old"))
    other.rename(roadmap)
    until(lambda: "Une autre branche" in served.text())
    stream.after(lambda: renamed(mission, text))
    until(lambda: served.text() == bilan)


@pytest.mark.complet
def test_templates_are_watched_and_their_faults_shown(served: Server, stream: Stream, roadmap: Path) -> None:
    own = roadmap.parent / "templates"
    own.mkdir()
    template = own / "bilan.html.j2"
    stream.after(lambda: template.write_text("<p>Sans tête {{ mission.titre }}"))
    assert "<p>Sans tête Mission" in served.text()
    stream.after(lambda: template.write_text("<p>\n{{ zut }}"))
    assert "templates/bilan.html.j2:2" in served.text()
    assert "« zut »" in served.text().replace("\u00a0", " ")
    template.unlink()
    until(lambda: "<p>Sans tête" not in served.text() and "zut" not in served.text())


@pytest.mark.complet
def test_it_shows_what_render_writes_with_the_same_options(roadmap: Path, invoke: Invoke) -> None:
    """A theme, whose files are watched; what is internal left out; the roadmap's own templates."""
    folder = roadmap.parent
    (folder / "images").mkdir()
    logo = folder / "images" / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>')
    mission, mesures = roadmap / "mission.yaml", roadmap / "mesures.yaml"
    mission.write_text(mission.read_text("utf-8") + "theme: {couleurs: {accent: '#7a1f5c'}, logo: images/logo.svg}\n")
    mesures.write_text(mesures.read_text("utf-8").replace("  - id: 9\n", "  - id: 9\n    diffusion: interne\n", 1))
    (folder / "templates").mkdir()
    (folder / "templates" / "bilan.html.j2").write_text(
        '{% extends "alliances/bilan.html.j2" %}{% block pied %}{{ super() }}<p>À nous</p>{% endblock %}', "utf-8"
    )

    def document() -> str:
        return stripped(invoke("render", "--format", "html", "--public", "--au", "2021-09").out)

    with serving(folder, "--port", "0", "--public", "--au", "2021-09") as server:
        shown = server.text()
        assert stripped(shown) == document()
        for said in ("#7a1f5c", 'class="logo" src="data:image/svg+xml', "<p>À nous</p>", "Version publique"):
            assert said in shown
        assert 'id="mesure-9"' not in shown
        stream = Stream(server)
        stream.after(lambda: renamed(logo, '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'))
        assert server.text() != shown and stripped(server.text()) == document()
        stream.after(logo.unlink)
        assert "fichier introuvable" in server.text()
        stream.after(lambda: logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'))
        until(lambda: server.text() == shown)


def test_a_link_is_followed_and_a_file_refused_is_told(served: Server, roadmap: Path, tmp_path: Path) -> None:
    """The target of a link is outside of the folders that the system watches."""
    mission, aside = roadmap / "mission.yaml", tmp_path / "ailleurs" / "m.yaml"
    text = mission.read_text("utf-8")
    aside.parent.mkdir()
    aside.write_text(text, "utf-8")
    mission.unlink()
    mission.symlink_to(aside)
    aside.write_text(retitled(text, "Par un lien"), "utf-8")
    until(lambda: "Par un lien" in served.text())
    mission.unlink()
    mission.symlink_to(mission)
    until(lambda: "tourne en rond" in served.text())


def test_a_roadmap_that_begins_broken_is_served_all_the_same(roadmap: Path) -> None:
    (roadmap / "mesures.yaml").write_text(BROKEN, "utf-8")
    with serving(roadmap.parent) as server:
        shown = server.text()
        assert "data/mesures.yaml:" in shown and "dernier-bilan" not in shown.replace(SCRIPT, "")
        assert server.ask("/dernier-bilan").status == 404
        shutil.copy(DATA / "mesures.yaml", roadmap)
        until(lambda: server.ask("/dernier-bilan").status == 200)


def test_the_date_of_reading_can_be_given(roadmap: Path) -> None:
    with serving(roadmap.parent, "--port", "0", "--au", "2031-03", "--data", str(roadmap)) as server:
        assert "mars 2031" in server.text().replace("\u00a0", " ")


def best(measured: Callable[[int], float]) -> float:
    """The shortest of what is measured, up to three times: another process may hold the machine meanwhile."""
    shortest = PATIENCE_S
    for n in range(3):
        shortest = min(shortest, measured(n))
        if shortest < RELOAD_S:
            break
    return shortest


def until(true: Any) -> None:
    """Waits for a condition, PATIENCE_S at most."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


# --- starting and stopping --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM] if IN_CI else [signal.SIGINT])
def test_it_stops_at_once(served: Server, by: signal.Signals) -> None:
    """With event streams open, a connection kept alive, one that says nothing, and a request that isn't whole."""
    streams = [Stream(served) for _ in range(3)]
    kept = served.connect()
    kept.request("GET", "/")
    kept.getresponse().read()
    with (
        socket.create_connection(("127.0.0.1", served.port)) as half,
        socket.create_connection(("127.0.0.1", served.port)),
    ):
        half.sendall(b"GET / HTTP/1.1\r\nHost:")
        time.sleep(0.1)
        assert served.stop(by) < STOP_S
    assert served.err.read_text() == ""
    for stream in streams:
        stream.answer.read()  # it ends as it should: http.client raises where it is cut


@pytest.mark.complet
def test_the_port_is_free_again_at_once(served: Server, roadmap: Path) -> None:
    stream = Stream(served)
    port = served.port
    served.stop()
    del stream
    with serving(roadmap.parent, "--port", str(port)) as again:
        assert again.port == port


def test_a_port_in_use_is_said_and_no_other_taken(roadmap: Path, invoke: Invoke) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = invoke("serve", "--port", str(port), code=5)
    assert outcome.out == ""
    assert f"le port {port} est déjà pris" in outcome.spoken and "--port" in outcome.spoken


@pytest.mark.parametrize("port", ["-1", "65536", "99999", "abc", "80.5", ""])
def test_what_is_no_port_is_usage(roadmap: Path, invoke: Invoke, port: str) -> None:
    outcome = invoke("serve", "--port", port, code=2)
    assert outcome.out == "" and "--port" in outcome.err


def test_a_port_that_the_system_keeps(roadmap: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    assert "le port 80 est réservé" in invoke("serve", "--port", "80", code=5).spoken


def test_no_roadmap_no_server(tmp_path: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke("serve", code=3).out == ""
    assert invoke("serve", "--au", "hier", code=2).out == ""


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "watchfiles"])
def test_without_its_extra_it_says_what_to_install(
    roadmap: Path, invoke: Invoke, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alliances_cli import preview

    for name in [name for name in sys.modules if name.startswith((missing, "alliances_cli.preview."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(preview, "server", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    outcome = invoke("serve", code=5)
    assert outcome.out == "" and outcome.err.count("\n") == 1
    assert "pip install 'alliances[serve]'" in outcome.err


def test_the_browser_is_opened_where_asked(roadmap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    with serving(roadmap.parent, "--port", "0", "--open") as server:
        until(lambda: (tmp_path / "opened").exists() and (tmp_path / "opened").read_text() == f"{server.address}\n")


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "before"),
    [
        ("<!DOCTYPE html>\n<html><head lang=fr><title>a</title>", "<head lang=fr>"),
        ("<!doctype html><p>a", "<!doctype html>"),
        ("<p>a</p>", ""),
        ("", ""),
        ("<!-- <head> -->\n<html><HEAD\n>x", "<HEAD\n>"),
        ("<head><!-- left open <body> </body>", "<head>"),
    ],
)
def test_the_script_goes_first_whatever_the_template_leaves_open(document: str, before: str) -> None:
    body = page(document, good=True).body.decode()
    start = body.index("<script")
    assert body[:start].endswith(before)
    assert body[:start] + body[body.index("</script>") + len("</script>") :] == document


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("default-src 'self'; script-src 'unsafe-inline' *; connect-src *", "default-src 'self'"),
        ("STYLE-SRC 'none'; style-src *; report-uri https://evil.example; sandbox", "style-src 'none'"),
        ("img-src data:; script-src-elem *; ;", "img-src data:"),
        ("default-src *, default-src 'none'", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
        ("default-src 'é'", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
    ],
)
def test_a_documents_policy_holds_and_only_our_script_runs(own: str, kept: str) -> None:
    for quote in "\"'":
        if quote == "'" and "'" in own:
            continue
        made = page(f"<head><META content={quote}{own}{quote} HTTP-EQUIV=Content-Security-Policy><p>", good=True)
        policy = made.policy.lower()
        assert policy.startswith(kept), policy
        assert "evil" not in policy and "sandbox" not in policy and "," not in policy
        assert policy.count("script-src") == 1 and re.search(
            r"script-src 'sha256-[^']*'; connect-src 'self'; frame", policy
        )
        assert made.policy.isascii()


HOSTILE = "<script>alert(1)</script> \"' & <img src=x onerror=alert(1)> {{ 7*7 }} \u202e"


def test_hostile_words_are_inert_on_the_page_of_problems() -> None:
    problem = Problem(HOSTILE, 3, 9, HOSTILE, excerpt=HOSTILE)
    for made in (as_page.fault((problem,), "", None), as_page.fault((), HOSTILE + "\n" + HOSTILE, "/dernier-bilan")):
        assert "<script" not in made and "<img" not in made and "\u202e" not in made
        assert "&lt;script&gt;" in made


@pytest.mark.parametrize("column", [1, 2, 150, 400, 401, 9999])
def test_the_place_is_marked_in_its_line(column: int) -> None:
    line = "".join(chr(ord("a") + i % 26) for i in range(400))
    shown = as_page.fault((Problem("f", 1, column, "m", excerpt=line),), "", None)
    mark = re.search(r"<mark>(.*?)</mark>", shown)
    assert mark and mark[1] == (line[column - 1] if column <= 400 else "&nbsp;")
    assert len(re.findall(r'<code class="ligne">.*?</code>', shown)[0]) < 300


def test_a_defect_is_shown_and_the_server_goes_on() -> None:
    from alliances_cli.preview import Preview
    from alliances_cli.preview.server import _made

    def broken(*_: object) -> Any:
        raise ZeroDivisionError("<b>")

    told = _made(Preview(broken, lambda error, last: f"<p>{type(error).__name__} {last}", lambda: ()), None)
    assert not told.good and b"<p>ZeroDivisionError None" in told.body
    worse = _made(Preview(broken, broken, lambda: ()), None)
    assert not worse.good and b"ZeroDivisionError" in worse.body and b"<b>" not in worse.body


def test_files_are_watched_where_the_system_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    def exhausted(*_: object, **__: object) -> Any:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(watchfiles, "watch", exhausted)
    file, stop, seen = tmp_path / "f", Event(), Event()

    def follow() -> None:
        for _ in changes(lambda: [file], before, stop):
            seen.set()

    before = snapshot(lambda: [file])
    thread = Thread(target=follow, daemon=True)
    thread.start()
    file.write_text("x")
    assert seen.wait(PATIENCE_S)
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


# --- in a browser -----------------------------------------------------------------------------------------------------

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    given = os.environ.get("ALLIANCES_CHROMIUM")
    return given or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found (ALLIANCES_CHROMIUM names one)")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


def violations(page: Any) -> Sequence[str]:
    """What axe has against the page."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None and spec.origin is not None
    source = (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")
    page.evaluate(source)
    found = page.evaluate("axe.run(document)")
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found["violations"]]


def reloaded(page: Any, act: Any) -> float:
    """How long after `act` the page has reloaded."""
    with page.expect_event("load", timeout=PATIENCE_S * 1e3):
        act()
        start = time.monotonic()
    took = time.monotonic() - start
    page.wait_for_timeout(150)
    return took


@pytest.mark.complet
def test_in_a_browser_the_page_follows_the_files(served: Server, roadmap: Path, browser: Any) -> None:
    mission, mesures = roadmap / "mission.yaml", roadmap / "mesures.yaml"
    mission_text, mesures_text = mission.read_text("utf-8"), mesures.read_text("utf-8")
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    console: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    # A template's own `details` is open, its box ticked: both are kept, as the place on the page is.
    own = roadmap.parent / "templates"
    own.mkdir()
    (own / "bilan.html.j2").write_text(
        '{% extends "alliances/bilan.html.j2" %}{% block pied %}<details id="d"><summary>Plus</summary>Ici</details>'
        '<label><input type="checkbox" id="b"> case</label>{% endblock %}'
    )
    until(lambda: 'id="d"' in served.text())
    page.goto(f"{served.address}#mesure-9")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('#d').open = true; document.querySelector('#b').checked = true")
    page.evaluate("window.scrollTo(0, 1234)")

    def kept() -> list[Any]:
        found: list[Any] = page.evaluate(
            "[scrollY, location.hash, document.querySelector(':target').id, document.querySelector('#d').open,"
            " document.querySelector('#b').checked]"
        )
        return found

    state = [1234, "#mesure-9", "mesure-9", True, True]

    def save(n: int) -> float:
        titre = retitled(mission_text, f"Autre titre {n}")
        return reloaded(page, lambda: mission.write_text(titre, "utf-8"))

    assert best(save) < RELOAD_S
    assert page.locator("text=Autre titre").count() > 0
    assert kept() == state

    reloaded(page, lambda: mesures.write_text(BROKEN, "utf-8"))
    assert "data/mesures.yaml:" in page.inner_text("main")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 700})
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    assert page.locator("a[href='/dernier-bilan']").count() == 1
    reloaded(page, lambda: mesures.write_text(mesures_text, "utf-8"))
    assert kept() == state

    # The last good bilan follows too.
    reloaded(page, lambda: mesures.write_text(BROKEN, "utf-8"))
    page.click("a[href='/dernier-bilan']")
    page.wait_for_timeout(150)
    assert page.url == f"{served.address}dernier-bilan"
    reloaded(page, lambda: (mission.write_text(mission_text, "utf-8"), mesures.write_text(mesures_text, "utf-8")))
    assert page.locator("text=Autre titre").count() == 0

    assert console == []
    assert set(asked) <= {served.address + path for path in ("", "#mesure-9", "dernier-bilan", "evenements")}

    # Without the server the page stays, and doesn't hammer; the server back, it follows again.
    asked.clear()
    served.stop()
    page.wait_for_timeout(1500)
    assert len(asked) <= 2
    assert page.locator("#mesure-9").count() == 1
    mission.write_text(retitled(mission_text, "Le serveur revient"), "utf-8")

    def back() -> None:
        again.append(Server(roadmap.parent, "--port", str(served.port)))

    again: list[Server] = []
    try:
        reloaded(page, back)
        assert page.locator("text=Le serveur revient").count() > 0
        # With a page open in a browser, it stops at once all the same.
        assert again[0].stop() < STOP_S
    finally:
        for server in again:
            server.process.kill()
    context.close()

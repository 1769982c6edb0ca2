"""The server: three paths, asked for by this machine's own pages alone."""

from __future__ import annotations

import asyncio
import errno
import html
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from threading import Event, Thread
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alliances_cli.errors import SystemFault
from alliances_cli.preview import Preview
from alliances_cli.preview.page import Page, page
from alliances_cli.preview.watching import Snapshot, changes, snapshot

HOST = "127.0.0.1"
CURRENT, LAST_GOOD, LIVE = "/", "/dernier-bilan", "/evenements"
# Over an event stream: a silent one is cut by some, and one whose reader left is only noticed by writing.
HEARTBEAT_S = 15.0
# How long files must be still before a fault in them is shown: the save may not be over.
STILL_S = 0.1
MOST_WAITS = 8
STOP_S = 1.0

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def run(preview: Preview, port: int, ready: Callable[[str], None]) -> None:
    """See `preview.serve`.

    Raises: SystemFault.
    """
    with _listening(port) as listener:
        port = listener.getsockname()[1]
        # Before it is built: a save meanwhile counts.
        seen = snapshot(preview.watched)
        live = _Live(_made(preview, None))
        config = uvicorn.Config(
            _app(live, port),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config, live, lambda: ready(f"http://{HOST}:{port}/"))
        asyncio.run(_served(server, listener, preview, live, seen))


async def _served(server: _Server, listener: socket.socket, preview: Preview, live: _Live, seen: Snapshot) -> None:
    loop = asyncio.get_running_loop()
    stop = Event()

    def follow() -> None:
        for state in changes(preview.watched, seen, stop):
            made = _made(preview, live.good)
            waits = 0
            while not made.good and waits < MOST_WAITS and not stop.wait(STILL_S):
                now = snapshot(preview.watched)
                if now == state:
                    break
                state, waits = now, waits + 1
                made = _made(preview, live.good)
            if not stop.is_set():
                loop.call_soon_threadsafe(live.show, made)

    # A build can't be interrupted: a daemon doesn't hold back the end.
    follower = Thread(target=follow, name="suivi", daemon=True)
    follower.start()
    try:
        await server.serve(sockets=[listener])
    finally:
        stop.set()
        follower.join(STOP_S)


def _made(preview: Preview, good: Page | None) -> Page:
    """The page of the document, else of what explains why there is none; whatever is wrong, there is one."""
    try:
        return page(preview.build(), good=True)
    except Exception as error:
        try:
            return page(preview.explain(error, LAST_GOOD if good else None), good=False)
        except Exception as defect:
            said = html.escape(f"{type(defect).__name__}")
            return page(f'<!DOCTYPE html><html lang="fr"><title>Erreur</title><p>Erreur interne ({said})', good=False)


class _Live:
    """What is shown, and who waits for the next."""

    def __init__(self, current: Page) -> None:
        self.current = current
        self.good = current if current.good else None
        self.closed = False
        self.changed = asyncio.Event()

    def show(self, shown: Page) -> None:
        self.current = shown
        if shown.good:
            self.good = shown
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    async def events(self) -> AsyncIterator[str]:
        """The version that each path has, now and at each change."""
        yield "retry: 1000\n\n"
        while not self.closed:
            changed = self.changed
            said = f"event: {CURRENT}\ndata: {self.current.version}\n\n"
            if self.good is not None:
                said += f"event: {LAST_GOOD}\ndata: {self.good.version}\n\n"
            yield said
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await changed.wait()
            except TimeoutError:
                continue


class _Server(uvicorn.Server):
    """Says when it is there; asked to stop, ends the event streams, which never would by themselves."""

    def __init__(self, config: uvicorn.Config, live: _Live, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._live = live
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not the parent's: it would raise the signal again once stopped, and to stop a server is no failure.
        self.force_exit = self.should_exit
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._live.close)


def _app(live: _Live, port: int) -> ASGIApp:
    async def shown(request: Request) -> Response:
        found = live.current if request.url.path == CURRENT else live.good
        if found is None:
            raise HTTPException(404)
        policy = {"Content-Security-Policy": found.policy}
        return Response(found.body, media_type="text/html", headers=policy)

    async def events(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        return StreamingResponse(live.events(), media_type="text/event-stream")

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        said = {404: "Cette adresse n'existe pas.", 405: "Seule la lecture est possible."}
        return PlainTextResponse(f"{said.get(error.status_code, 'Refusé.')}\n", error.status_code, error.headers)

    app = Starlette(
        routes=[Route(CURRENT, shown), Route(LAST_GOOD, shown), Route(LIVE, events)],
        exception_handlers={HTTPException: refused},
    )
    app.router.redirect_slashes = False
    return _Guard(app, port)


class _Guard:
    """Lets in only what this machine's own pages ask for: another site could give its name our address, or have its
    pages ask us. Each answer bears the security headers."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        if port == 80:
            self.hosts |= {HOST, "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope) or self.app
        await answer(scope, receive, safely)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if [host.lower() for host in headers.getlist("host")] not in [[host] for host in self.hosts]:
            return PlainTextResponse("Ce serveur ne répond qu'à cette machine, sous son adresse.\n", 421)
        if any(origin not in {f"http://{host}" for host in self.hosts} for origin in headers.getlist("origin")):
            return PlainTextResponse("Ce serveur ne répond qu'à ses propres pages.\n", 403)
        # What another site's page embeds comes without an origin; a link that is followed is let through.
        site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
        if site in ("cross-site", "same-site") and mode != "navigate":
            return PlainTextResponse("Ce serveur ne répond qu'à ses propres pages.\n", 403)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Seule la lecture est possible.\n", 405, {"Allow": "GET, HEAD"})
        return None


def _listening(port: int) -> socket.socket:
    """The loopback's port, held.

    Raises: SystemFault.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "nt":  # there, SO_REUSEADDR would share the port with whoever has it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined]
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        other = port + 1 if 1024 <= port < 65535 else 8000
        another = f"choisissez-en un autre, par exemple --port {other}"
        if error.errno == errno.EADDRINUSE:
            raise SystemFault(
                f"le port {port} est déjà pris, par un autre programme ou un autre « alliances serve » : "
                f"arrêtez-le, ou {another}"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise SystemFault(f"le port {port} est réservé par le système : {another}") from None
        raise SystemFault(f"le port {port} ne peut pas être ouvert (erreur {error.errno}) : {another}") from None
    return listener

"""`--public`: of what is marked `diffusion: interne`, whatever part it is, not one word is in a document or an export.

Each kind of record has an internal twin, made from the model's own fields: each of its texts is a word of its own.
"""

from __future__ import annotations

import base64
import html
import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args

import pikepdf
import pypdf
import pytest
from pydantic import TypeAdapter, ValidationError

from alliances_cli import model, store
from alliances_cli.champs import CHAMPS, FAMILLES, SINGULIER, TOUJOURS_PUBLICS, Famille
from alliances_cli.cli import consult, past
from alliances_cli.formats import FORMATS
from alliances_cli.location import FILES
from alliances_cli.model import Record
from alliances_cli.store import Source
from conftest import IN_CI, Invoke, some
from story import Repository, begin
from test_theme import png

# A word of what is internal.
WORD = re.compile(r"zq[a-z]+")
LEVELS = ("bon", "mauvais")
DATE = "1913-07-14"
# What isn't free: values that a closed list has, references, numbers.
CLOSED: dict[str, Any] = {
    "diffusion": "interne",
    "provenance": "infere",
    "type": "choix",
    "famille": "mesures",
    "obligatoire": "non",
    "avancement": "bon",
    "dimension": "visible",
    "chantiers": ["c1"],
    "leviers": ["l1"],
    "bloqueurs": ["loi"],
    "renvois": ["m1"],
    "vers": ["m1"],
    "totaux": {},
    "horizon": ["77", "78"],
    "symbole": "★",
    "abrege": "AB",
    "couleur": "#123456",
}
CANDIDATES: tuple[Callable[[str], Any], ...] = (lambda w: w, lambda w: [w], lambda w: DATE, lambda w: "oui")


@dataclass
class Words:
    """Words that stand nowhere else, each made once; `twins`: the records that have one."""

    made: list[str] = field(default_factory=list)
    twins: set[type[Record]] = field(default_factory=set)

    def next(self) -> str:
        n = len(self.made)
        self.made.append("zq" + "".join(chr(97 + n // 26**k % 26) for k in (2, 1, 0)))
        return self.made[-1]

    def twin(self, record: type[Record], mark: bool = True, **given: Any) -> dict[str, Any]:
        """A record with all its fields, marked internal."""
        if mark:
            self.twins.add(record)
        found: dict[str, Any] = {}
        for name, info in record.model_fields.items():
            if name in given:
                found[name] = given[name]
            elif name in CLOSED:
                found[name] = CLOSED[name]
            elif inner := next(records_in(info.annotation), None):
                # A point holds points, which hold none here.
                deeper: dict[str, Any] = {"points": []} if inner is record else {}
                value = self.twin(inner, mark=False, **deeper)
                found[name] = [value] if "tuple" in str(info.annotation) else value
            else:
                found[name] = self.fill(info)
        if not mark:
            found.pop("diffusion", None)
        return {key: value for key, value in found.items() if value not in ([], {})}

    def fill(self, info: Any) -> Any:
        annotation: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        word = self.next()
        for make in CANDIDATES:
            try:
                adapter.validate_python(make(word))
            except ValidationError:
                continue
            if word not in str(make(word)):
                self.made.pop()
            return make(word)
        raise AssertionError(f"nothing fills {info}")


def records_in(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for inner in get_args(annotation):
        yield from records_in(inner)


def whole(words: Words) -> dict[str, Any]:
    """A roadmap in which everything has an internal twin beside it, by file."""
    t = words.twin
    choix = words.next()
    secret = words.next()
    own = t(model.ChampPropre, code=secret, choix=[choix])
    point = {"texte": "Un point", "points": ["Dessous", t(model.Point)]}
    mission: dict[str, Any] = {
        "titre": "Feuille de route",
        "etat_au": "2021-05-07",
        "document": t(model.Document),
        "emetteur": t(model.Emetteur),
        "fiche": [{"libelle": "Durée", "texte": "18 mois"}, t(model.LigneFiche)],
        "parties": [
            {"id": "contexte", "titre": "Contexte", "points": [point, "Un autre", t(model.Point)]},
            t(model.Partie),
        ],
        "sections": {
            "mission": t(model.Section),
            "mesures": {"titre": "Les mesures visibles"},
        },
        "echelle": [{"code": code, "libelle": f"niveau {code}"} for code in LEVELS],
        "dimensions": [{"code": "visible", "libelle": "Visible"}, t(model.Dimension)],
        "bloqueurs": [{"id": "loi", "libelle": "La loi"}, t(model.Bloqueur)],
        "champs": [{"code": "lieu", "libelle": "Lieu"}, own, {"code": "delai", "diffusion": "interne"}],
        "bilans": [
            t(model.BilanPublie),
            {"date": "2021-05-07", "titre": "Bilan", "totaux": {"bon": "3", "mauvais": "0"}},
        ],
    }
    hidden = {
        "dimension": mission["dimensions"][1]["code"],
        "bloqueur": mission["bloqueurs"][1]["id"],
    }
    files: dict[str, Any] = {"mission": mission}
    ids = {famille: words.next() for famille in FAMILLES}
    gone = {famille: words.next() for famille in FAMILLES}
    for famille, record in model.ITEM_MODELS.items():
        letter = famille[0]
        delai = {"delai": words.next()} if famille != "leviers" else {}
        twin = t(record, id=ids[famille])
        shown: dict[str, Any] = {"id": f"{letter}1", "titre": f"{SINGULIER[famille]} visible", "preuves": []}
        shown["preuves"] = [{"url": "https://exemple.fr/visible"}, t(model.Preuve)]
        if famille != "leviers":
            shown |= {
                "dimension": hidden["dimension"],
                "avancement": "bon",
                "realise": "Fait",
                "prochaine_etape": "À faire",
                "echeance": "2021-06",
                "bloqueurs": ["loi", hidden["bloqueur"], ids[famille]],
                "renvois": [ids[famille], f"{letter}2"],
                **delai,
            }
        other: dict[str, Any] = {"id": f"{letter}2", "titre": f"autre {SINGULIER[famille]}"}
        if famille == "mesures":
            shown |= {
                "chantiers": ["c1", ids["chantiers"]],
                "leviers": [ids["leviers"], "l1"],
                secret: [choix],
                "lieu": "Ici",
            }
            other |= {"avancement": "bon"}
        retirees = [
            {"id": f"{letter}3", "titre": "Retirée", "motif": "Fondue", "vers": [ids[famille], f"{letter}1"]},
            t(model.Retiree, id=gone[famille], date="2021-04-30", vers=[f"{letter}1"]),
        ]
        files[famille] = {famille: [shown, twin, other], "retirees": retirees}
    return files


def write(folder: Path, files: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    for part, value in files.items():
        lines = [f"{json.dumps(key)}: {json.dumps(inner, ensure_ascii=False)}\n" for key, inner in value.items()]
        (folder / FILES[part]).write_text("".join(lines), "utf-8")


@dataclass
class Lieu:
    """Where the roadmap is, and its words."""

    folder: Path
    words: Words
    repository: Repository | None = None


PACKED = re.compile(r"data:text/csv;charset=utf-8;base64,([A-Za-z0-9+/=]+)")
# Letters that are no words.
FONT = re.compile(r"data:font/[a-z0-9]+;base64,[A-Za-z0-9+/=]+")
# What it holds comes from the page; it takes longer than all the others.
SWIFT = tuple(format for format in FORMATS if format != "pdf")


@pytest.fixture
def lieu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lieu:
    words = Words()
    files = whole(words)
    files["mission"]["theme"] = {"logo": "logo.png"}
    (tmp_path / "logo.png").write_bytes(png())
    write(tmp_path / "data", files)
    monkeypatch.chdir(tmp_path)
    return Lieu(tmp_path, words)


VISIBLE = [f"{SINGULIER[famille]}-{famille[0]}{n}" for famille in FAMILLES for n in (1, 2)]
PARTIS = [f"{SINGULIER[famille]}-{famille[0]}3" for famille in FAMILLES]


def formats(argv: tuple[str, ...], known: Any) -> Iterator[tuple[str, ...]]:
    yield from ((*argv, "--format", name) for name in known)


def present() -> Iterator[tuple[str, ...]]:
    """Each document and export of what stands, in each of its formats."""
    yield from formats(("render",), FORMATS)
    yield from formats(("status",), consult.STATUS)
    for famille in FAMILLES:
        yield from formats(("list", famille), consult.LIST)
        yield from formats(("list", famille, "--retirees"), consult.RETIREES)
    yield from formats(("list", "--champ", "lieu=Ici", "--search", "visible"), consult.LIST)
    for name in VISIBLE:
        yield from formats(("show", name), consult.SHOW)
    for name in PARTIS:
        yield from formats(("show", name), consult.SHOW_RETIRED)
    for by in ((), ("--by", "dimension"), ("--by", "chantier"), ("--by", "pilote"), ("--by", "lieu")):
        yield from formats(("summarise", *by), consult.SUMMARISE)
    yield from formats(("summarise", "chantiers"), consult.SUMMARISE)


PAST = [
    *formats(("diff",), past.DIFF),
    *formats(("diff", "HEAD~1"), past.DIFF),
    *formats(("diff", "HEAD~1", "HEAD"), past.DIFF),
    *formats(("diff", "HEAD", "HEAD~1"), past.DIFF),
    *(argv for by in past.BY for argv in formats(("history", "--by", by), past.HISTORY)),
    *formats(("bilans",), past.BILANS),
    *(argv for name in (*VISIBLE, *PARTIS) for argv in formats(("show", name, "--history"), consult.SHOW_HISTORY)),
    *formats(("list", "--dormantes", "0"), consult.LIST),
    *formats(("list", "--a-revoir"), consult.LIST),
    *formats(("status", "--rev", "HEAD~1"), consult.STATUS),
    *formats(("list", "--rev", "HEAD"), consult.LIST),
    *formats(("summarise", "--rev", "HEAD~1"), consult.SUMMARISE),
    *formats(("render", "--rev", "HEAD~1"), SWIFT),
    *formats(("render", "--rev", "HEAD", "--since", "HEAD~1"), FORMATS),
    *formats(("render", "--since", "HEAD~1"), SWIFT),
    *formats(("render", "--since", "HEAD"), SWIFT),
]


def said(invoke: Invoke, *argv: str) -> str:
    """All that a command says, bytes that no text is made of included."""
    done = invoke(*argv)
    return opened(done.raw) + done.err


def opened(raw: bytes) -> str:
    """The bytes as text, with all that is packed in them: a Word file's parts, a PDF's texts and its own data, the
    downloads of a page. Words that a line cuts are whole too."""
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            text = "".join(name + parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    elif raw.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(raw)) as pdf:
            text = "".join(repr(item) for item in pdf.objects) + pdf.Root.Metadata.read_bytes().decode()
        text += "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)
    else:
        text = FONT.sub("", raw.decode("utf-8", "replace"))
    packed = PACKED.findall(text)
    text = PACKED.sub("", text) + "".join(base64.b64decode(one).decode("utf-8", "replace") for one in packed)
    return text + re.sub(r"\s+", "", text)


def test_every_kind_of_record_has_its_twin(lieu: Lieu) -> None:
    """But the mission itself, and levels: see below; and what a document wears, which holds no word of anybody."""
    records = {value for value in vars(model).values() if isinstance(value, type) and issubclass(value, Record)}
    apart = {Record, model.Item, model.Suivi, model.Mission, model.Niveau, model.Sections, model.Theme, model.Couleurs}
    assert {r.__name__ for r in lieu.words.twins} == {r.__name__ for r in records - apart}
    for record in records - apart:
        assert "diffusion" in record.model_fields


def test_without_public_each_word_is_there(lieu: Lieu, invoke: Invoke) -> None:
    found: set[str] = set()
    for argv in itertools.chain(present(), formats(("list", "--diffusion", "interne"), ("json",))):
        if argv[-1] != "pdf":
            found.update(WORD.findall(said(invoke, *argv)))
    assert sorted(set(lieu.words.made) - found) == []


@pytest.mark.parametrize("format", FORMATS if IN_CI else SWIFT)
def test_words_are_seen_in_each_form(lieu: Lieu, invoke: Invoke, format: str) -> None:
    """Else nothing would be proven by their absence."""
    assert len(set(WORD.findall(said(invoke, "render", "--format", format)))) > (5 if format == "txt-mail" else 50)


@pytest.mark.parametrize("argv", some(present(), 3), ids=" ".join)
def test_no_word_of_what_is_internal(lieu: Lieu, invoke: Invoke, argv: tuple[str, ...]) -> None:
    text = said(invoke, *argv, "--public")
    assert WORD.findall(text) == []
    assert DATE not in text and "1913" not in text
    if argv[-1] in ("html", "pdf", "docx"):
        # The logo's words don't name an issuer who is internal.
        assert "Logo" in text


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Lieu:
    """Two commits, then the work tree: nothing is marked in the first, all is in the second, with other texts; the
    work tree has new ones."""
    repository = begin(tmp_path_factory.mktemp("public") / "depot", data=None)
    words = Words()
    files = whole(words)
    repository.data.mkdir()

    def texts(value: Any, end: str) -> Any:
        """The same, with each internal sentence changed."""
        if isinstance(value, dict):
            keys = {"id", "code", "choix", "date", "url", "libelle", *words.made}
            return {k: v if k in keys else texts(v, end) for k, v in value.items()}
        if isinstance(value, list):
            return [texts(inner, end) for inner in value]
        return value + end if isinstance(value, str) and WORD.fullmatch(value) and value not in names else value

    def unmarked(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: unmarked(v) for k, v in value.items() if k != "diffusion"}
        return [unmarked(inner) for inner in value] if isinstance(value, list) else value

    names = {record["id"] for f in FAMILLES for key in (f, "retirees") for record in files[f][key]}
    names |= {entry.get("code", entry.get("id")) for k in ("dimensions", "bloqueurs") for entry in files["mission"][k]}
    first = unmarked(files)
    first["mission"]["champs"] = first["mission"]["champs"][:2]
    write(repository.data, first)
    repository.commit("Commence zqmessage", "2021-05-01")
    write(repository.data, texts(files, "b"))
    repository.commit("Marque zqmessage", "2021-05-02")
    write(repository.data, texts(files, "c"))
    return Lieu(repository.folder, words, repository)


@pytest.mark.parametrize("argv", some(PAST, 3), ids=" ".join)
def test_no_word_of_it_in_the_past(
    depot: Lieu, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    monkeypatch.chdir(depot.folder)
    text = said(invoke, *argv, "--public")
    assert WORD.findall(text) == []


def test_messages_of_commits_stay_unsaid(depot: Lieu, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """One may name what is internal."""
    monkeypatch.chdir(depot.folder)
    for argv in (("history",), ("history", "--by", "month"), ("show", VISIBLE[0], "--history")):
        assert "zqmessage" in said(invoke, *argv)
        text = said(invoke, *argv, "--public")
        assert "zqmessage" not in text and "Message" not in text and "Ada Lovelace" in text
    assert "Ada Lovelace" in invoke("history", "--public", columns=60).out
    for moment in json.loads(invoke("history", "--public", "--format", "json").out)["moments"]:
        assert moment["message"] is None and moment["auteur"] == "Ada Lovelace"


@pytest.mark.complet
def test_the_past_has_these_words(depot: Lieu, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(depot.folder)
    for argv in PAST:
        if argv[0] in ("diff", "render", "bilans") and argv[-1] != "pdf":
            assert WORD.search(said(invoke, *argv)), argv


# --- fields of all the items ------------------------------------------------------------------------------------------

_HIDEABLE = [champ for champ in CHAMPS if champ.code not in TOUJOURS_PUBLICS]
_VALUES: dict[str, Any] = {
    "texte": "zqtexte",
    "noms": ["zqnom"],
    "date": DATE,
    "preuves": [{"titre": "zqpreuve", "url": "https://zqadresse.exemple"}],
}


@pytest.mark.parametrize("champ", some(_HIDEABLE, 3), ids=lambda champ: champ.code)
def test_a_field_that_items_have_already_can_be_internal(
    champ: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """Of every family, or of the one that is named; nothing says that it is empty."""
    words = {
        "dimension": "zqdimension",
        "bloqueurs": ["zqbloqueur"],
        "chantiers": ["c1"],
        "leviers": ["l1"],
        "renvois": ["c1"],
    }
    value = words.get(champ.code, _VALUES.get(champ.type))
    files: dict[str, Any] = {
        "mission": {
            "titre": "Feuille de route",
            "etat_au": "2021-05-07",
            "dimensions": [{"code": "zqdimension", "libelle": "zqlibelle"}],
            "bloqueurs": [{"id": "zqbloqueur", "libelle": "zqretient"}],
        },
        **{f: {f: [{"id": f"{f[0]}1", "titre": f"{f} visible"}]} for f in FAMILLES},
    }
    for code, key in (("dimension", "dimensions"), ("bloqueurs", "bloqueurs")):
        if champ.code != code:
            del files["mission"][key]
    for famille in champ.familles:
        if not (famille == "chantiers" and champ.code == "renvois"):
            files[famille][famille][0][champ.code] = value
    monkeypatch.chdir(tmp_path)
    files["mission"]["champs"] = [{"code": champ.code, "diffusion": "interne"}]
    write(tmp_path / "data", files)
    here = [*formats(("render",), SWIFT), *formats(("status",), consult.STATUS)]
    for famille in champ.familles:
        here += [*formats(("list", famille), consult.LIST), *formats(("show", f"{famille[0]}1"), consult.SHOW)]
    for argv in here:
        text = said(invoke, *argv, "--public")
        assert WORD.findall(text) == [] and "1913" not in text, argv
    mesure = json.loads(invoke("show", f"{champ.familles[0][0]}1", "--public", "--format", "json").out)["item"]
    assert champ.code not in mesure
    assert WORD.search(said(invoke, "render")) or champ.type in ("ids", "date")
    filtered = invoke("list", champ.familles[0], "--sans", champ.code, "--public", code=2)
    assert "n'ont pas de champ" in filtered.spoken
    if champ.code not in ("dimension", "bloqueurs"):
        for famille in champ.familles:
            files["mission"]["champs"] = [{"code": champ.code, "famille": famille, "diffusion": "interne"}]
            write(tmp_path / "data", files)
            for other in champ.familles:
                shown = json.loads(invoke("show", f"{other[0]}1", "--public", "--format", "json").out)["item"]
                assert (champ.code in shown) == (other != famille)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("{code: titre, diffusion: interne}", "le champ « titre » ne peut pas être interne"),
        ("{code: avancement, diffusion: interne}", "ne peut pas être interne"),
        ("{code: provenance, diffusion: interne}", "ne peut pas être interne"),
        ("{code: pilotes, libelle: Qui, diffusion: interne}", "ne donnez avec celui-ci que « diffusion: interne »"),
        ("{code: pilotes, libelle: Qui}", "« pilotes » est déjà un champ des éléments"),
        ("{code: pilotes, diffusion: publique}", "« pilotes » est déjà un champ des éléments"),
        ("{code: pilotes, famille: leviers, diffusion: interne}", "les leviers n'ont pas de champ « pilotes »"),
        ("{code: dimension, famille: mesures, diffusion: interne}", "retirez « famille »"),
        ("{code: budget, diffusion: interne}", "il manque « libelle »"),
        ("{code: budget, libelle: Budget, diffusion: secrète}", "diffusion"),
    ],
)
def test_what_a_field_cannot_be(
    entry: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    (tmp_path / "mission.yaml").write_text(f"titre: x\nchamps:\n  - {entry}\n", "utf-8")
    (tmp_path / "mesures.yaml").write_text("mesures:\n  - {id: 1, titre: a}\n", "utf-8")
    done = invoke("check", "--data", str(tmp_path), code=1)
    assert "mission.yaml:3:" in done.out
    assert complaint in done.spoken


@pytest.mark.parametrize(
    ("mission", "complaint"),
    [
        ("titre: x\ndiffusion: interne\n", "ne se met pas sur toute la mission"),
        ("titre: x\nechelle:\n  - {code: a, libelle: A, diffusion: interne}\n", "ne se met pas sur un niveau"),
        ("titre: x\nfiche:\n  - {libelle: a, texte: b, difusion: interne}\n", "vouliez-vous dire « diffusion » ?"),
    ],
)
def test_what_cannot_be_marked(mission: str, complaint: str, tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "mission.yaml").write_text(mission, "utf-8")
    (tmp_path / "mesures.yaml").write_text("mesures:\n  - {id: 1, titre: a}\n", "utf-8")
    assert complaint in invoke("check", "--data", str(tmp_path), code=1).spoken


def test_all_the_sections_at_once() -> None:
    text = "titre: x\nsections:\n  diffusion: interne\n  mesures: {titre: zqtitre}\n"
    feuille = store.parse(
        {"mission": Source("mission.yaml", text.encode()), "mesures": Source("mesures.yaml", b"mesures: []")}
    ).require()
    from alliances_cli import diffusion

    found = diffusion.public(feuille)
    assert found.mission.sections == model.Sections()
    assert found.reserve is not None and found.reserve.nombres == {"passages": 1}


# --- counts say what they count ---------------------------------------------------------------------------------------


def _marked(data: Path, famille: Famille, *identifiers: str) -> None:
    path = data / FILES[famille]
    text = path.read_text("utf-8")
    for identifier in identifiers:
        text, n = re.subn(rf"(?m)^  - id: {identifier}\n", r"\g<0>    diffusion: interne\n", text)
        assert n == 1, identifier
    path.write_text(text, "utf-8")


def test_counts_say_what_they_leave_out(roadmap: Path, invoke: Invoke) -> None:
    _marked(roadmap, "mesures", "3", "9")
    _marked(roadmap, "leviers", "prime-a-l-alliance")
    sentence = (
        "Version publique : 2 mesures et 1 levier à diffusion interne n'y figurent pas ; "
        "les nombres ne les comptent pas."
    )
    for argv in (("status",), ("list",), ("show", "8"), ("summarise",), ("list", "--format", "csv")):
        assert sentence in " ".join(invoke(*argv, "--public").spoken.split()), argv
    for name in FORMATS if IN_CI else SWIFT:
        text = html.unescape(re.sub(r"<[^>]*>", "", said(invoke, "render", "--format", name, "--public")))
        shown = re.sub(r"\s+", "", text.replace("’", "'"))
        assert re.sub(r"\s+", "", sentence) in shown, name
        assert re.sub(r"\s+", "", "dont 2 mesures à diffusion interne") in shown or name == "txt-mail"
    status = json.loads(invoke("status", "--public", "--format", "json").out)
    assert status["reserve"] == {"mesures": 2, "leviers": 1}
    assert status["mesures"]["total"] == 19
    assert sum(status["mesures"]["comptes"].values()) == 19
    assert (status["controle"]["concorde"], status["controle"]["internes"]) == (True, 2)
    assert "19 mesures" in invoke("summarise", "--public").spoken
    assert "« 3 »" in invoke("show", "3", "--public", code=3).spoken


def test_nothing_is_said_where_nothing_is_internal(roadmap: Path, invoke: Invoke) -> None:
    for argv in (("list",), ("render",), ("render", "--format", "html"), ("summarise", "--format", "md")):
        assert invoke(*argv, "--public").raw == invoke(*argv).raw
    # Its commands are public.
    assert "Version publique" not in invoke("status", "--public").out
    assert json.loads(invoke("status", "--public", "--format", "json").out)["reserve"] == {}


def test_the_commands_on_a_screen_are_public_too(roadmap: Path, invoke: Invoke) -> None:
    _marked(roadmap, "mesures", "3")
    for columns in (40, 80):
        for command in re.findall(
            r"alliances (?:list|summarise)[^,()\n]*", invoke("status", "--public", columns=columns).out
        ):
            assert "--public" in command, command
    assert "alliances" in invoke("status", "--public", columns=40).out
    late = invoke("render", "--check", "-o", "bilan.md", "--public", code=6)
    assert "alliances render -o bilan.md --public" in late.spoken


def test_a_total_that_does_not_reconcile_is_told(roadmap: Path, invoke: Invoke) -> None:
    _marked(roadmap, "mesures", "3")
    text = (roadmap / "mesures.yaml").read_text("utf-8")
    (roadmap / "mesures.yaml").write_text(text.replace("avancement: en_retard", "avancement: satisfaisant", 1), "utf-8")
    assert "compté 9/10/2 (dont 1 mesure à diffusion interne), publié 9/9/3" in invoke("status", "--public").spoken


def test_marks_are_edited(roadmap: Path, invoke: Invoke) -> None:
    invoke("update", "3", "9", "--diffusion", "interne")
    assert json.loads(invoke("list", "--diffusion", "interne", "--format", "json").out)["total"] == 2
    assert json.loads(invoke("list", "--diffusion", "publique", "--format", "json").out)["total"] == 19
    assert "vouliez-vous dire « interne »" in invoke("update", "3", "--diffusion", "intern", code=2).spoken
    invoke("retire", "3", "--motif", "Abandonnée")
    assert '"diffusion": "interne"' in invoke("list", "--retirees", "--format", "json").out
    public = json.loads(invoke("list", "--retirees", "--public", "--format", "json").out)
    assert (public["items"], public["reserve"]) == ([], {"mesures": 1, "mesures_retirees": 1})
    invoke("retire", "3", "--undo")
    invoke("update", "9", "--sans-diffusion")
    invoke("add", "bloqueur", "--id", "accord", "--libelle", "Un accord", "--diffusion", "interne")
    assert "un accord" not in invoke("render", "--public").out.lower()
    assert "Un accord" in invoke("render").out


def test_what_becomes_public_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    repository = begin(tmp_path / "depot")
    _marked(repository.data, "mesures", "3")
    repository.commit("Marque", "2021-05-07")
    path = repository.data / "mesures.yaml"
    path.write_text(path.read_text("utf-8").replace("    diffusion: interne\n", ""), "utf-8")
    monkeypatch.chdir(repository.folder)
    found = json.loads(invoke("diff", "HEAD", "--public", "--format", "json").out)
    assert [(c["type"], c["id"]) for c in found["changements"]] == [("ajout", "3")]
    assert found["total"] == {"avant": 20, "apres": 21}
    assert (found["de"]["reserve"], found["a"]["reserve"]) == ({"mesures": 1}, {})
    history = json.loads(invoke("show", "3", "--public", "--history", "--format", "json").out)["historique"]
    assert [change["type"] for passage in history for change in passage["changements"]] == ["ajout"]


def test_a_state_that_cannot_be_read_is_not_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    repository = begin(tmp_path / "depot")
    path = repository.data / "mesures.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("avancement: en_retard", "avancement: zqretard", 1), "utf-8")
    repository.commit("Se trompe", "2021-05-07")
    path.write_text(text, "utf-8")
    monkeypatch.chdir(repository.folder)
    for argv in formats(("history",), past.HISTORY):
        assert "zqretard" in invoke(*argv).out
        shown = invoke(*argv, "--public")
        assert "zqretard" not in shown.out + shown.err
        assert "ne se lit pas" in shown.spoken


def test_a_reference_never_leads_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> None:
    """What is left may bear the name of what was left out."""
    mesures = [
        {"id": "x", "titre": "Cachée", "diffusion": "interne"},
        {"id": "1", "titre": "Première", "renvois": ["x", "chantier-x"], "bloqueurs": ["x"]},
    ]
    chantiers = [{"id": "x", "titre": "Visible", "avancement": "bon"}]
    mission = {"titre": "Titre", "etat_au": "2021", "echelle": [{"code": code, "libelle": code} for code in LEVELS]}
    write(
        tmp_path / "data", {"mission": mission, "mesures": {"mesures": mesures}, "chantiers": {"chantiers": chantiers}}
    )
    monkeypatch.chdir(tmp_path)
    found = json.loads(invoke("show", "mesure-1", "--public", "--format", "json").out)
    assert (found["item"]["renvois"], found["item"]["bloqueurs"]) == (["chantier-x"], [])
    assert found["liens"] == {"renvois": [{"famille": "chantiers", "id": "x", "titre": "Visible"}]}


def test_published_totals_alone_are_not_compared_with_fewer_mesures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    repository = begin(tmp_path / "depot")
    mission = (repository.data / "mission.yaml").read_text("utf-8")
    lone = "  - date: 2019-10-17\n    totaux: {tres_satisfaisant: 8, satisfaisant: 9, en_retard: 4}\n"
    (repository.data / "mission.yaml").write_text(mission.replace("bilans:\n", f"bilans:\n{lone}", 1), "utf-8")
    _marked(repository.data, "mesures", "3")
    repository.commit("Marque", "2021-05-07")
    monkeypatch.chdir(repository.folder)
    found = json.loads(invoke("diff", "2019-10-17", "--public", "--format", "json").out)
    assert "à diffusion interne" in found["refus"]
    assert json.loads(invoke("diff", "2019-10-17", "--format", "json").out)["refus"] is None
    for name in ("md", "html"):
        assert "à diffusion interne" in invoke("render", "--since", "2019-10-17", "--public", "--format", name).out

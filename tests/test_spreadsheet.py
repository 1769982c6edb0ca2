"""A spreadsheet's bytes → rows, its header → fields, its cells → values; and all that is refused, with its place."""

from __future__ import annotations

import csv
import io
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances_cli.champs import NIVEAUX_PAR_DEFAUT, Famille
from alliances_cli.errors import AlliancesError, InvalidSheet, UsageFault
from alliances_cli.spreadsheet import Contenu, Sheet, columns, content, read, refused

NAME = "f.csv"
SCALE = tuple((code, libelle) for code, libelle, *_ in NIVEAUX_PAR_DEFAUT)


def sheet(text: str) -> Sheet:
    return read(NAME, text.encode())


def taken(text: str, *maps: str, famille: Famille = "mesures", new_scale: bool = False) -> Contenu:
    found = sheet(text)
    return content(found, columns(found, famille, maps), famille, SCALE, False, new_scale, None)


def refusal(text: str | bytes, *maps: str) -> str:
    """What is said of a file that can't be read, or of its header."""
    with pytest.raises(AlliancesError) as caught:
        columns(read(NAME, text.encode() if isinstance(text, str) else text), "mesures", maps)
    return caught.value.message


# --- bytes → rows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("titre;texte\nÉté;œuf\n".encode(), "UTF-8"),
        ("titre;texte\nÉté;œuf\n".encode("utf-8-sig"), "UTF-8"),
        ("titre;texte\nÉté;œuf\n".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + "titre;texte\nÉté;œuf\n".encode("utf-16-be"), "UTF-16"),
        ("titre;texte\nÉté;œuf\n".encode("cp1252"), "Windows-1252"),
    ],
)
def test_reads_what_excel_writes(data: bytes, encoding: str) -> None:
    found = read(NAME, data)
    assert (found.encoding, found.separator, found.header.cells) == (encoding, ";", ("titre", "texte"))
    assert [row.cells for row in found.rows] == [("Été", "œuf")]


def test_a_few_bytes_that_look_like_utf_8_dont_make_a_windows_file_one() -> None:
    text = "titre;texte\nÀ L'É»;à\u00a0«\u00a0définir\u00a0» où l'été a été\n"
    found = read(NAME, text.encode("cp1252"))
    assert (found.encoding, found.rows[0].cells) == (
        "Windows-1252",
        ("À L'É»", "à\u00a0«\u00a0définir\u00a0» où l'été a été"),
    )


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("titre;texte\na;b\n", ";"),
        ("titre,texte\na,b\n", ","),
        ("titre\ttexte\na\tb\n", "\t"),
        ("sep=;\r\ntitre;texte\r\na;b\r\n", ";"),
        ('"sep=,"\ntitre,texte\na,b\n', ","),
        ('titre;"réalisé, ou presque, enfin"\na;b\n', ";"),
        ("\n;;\ntitre;texte\na;b\n", ";"),
    ],
)
def test_finds_the_separator(text: str, separator: str) -> None:
    found = sheet(text)
    assert found.separator == separator
    assert [row.cells for row in found.rows] == [("a", "b")]
    assert found.rows[0].line == text.rstrip().count("\n") + 1


def test_lines_are_those_of_the_file_whatever_ends_them_or_stands_in_a_cell() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = f'titre;texte{end}"a""b{end}{end}c";" d "{end};{end}{end}e;f;;{end}'
        found = sheet(text)
        assert [(row.line, row.cells) for row in found.rows] == [(2, ('a"b\n\nc', "d")), (7, ("e", "f"))]


def test_the_apostrophe_of_csv_excel_goes_and_that_of_a_text_stays() -> None:
    assert sheet("titre;texte\n'=1+1;l'eau\n").rows[0].cells == ("=1+1", "l'eau")
    assert sheet("titre,texte\n'=1+1,'x'\n").rows[0].cells == ("'=1+1", "'x'")
    assert sheet("titre;texte\n'x';a\n").rows[0].cells == ("'x'", "a")


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=8).map(str.strip).filter(
    lambda text: not text.startswith("'") and "\ufeff" not in text and not set(text) & {"\u2028", "\u2029"}
) | st.sampled_from(["", '"', "a\nb", ";", ",", 'x";"y', "é"])
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(any), min_size=1, max_size=5)


@given(
    rows=ROWS,
    separator=st.sampled_from(";,\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_rows_come_back_as_they_were_written(rows: list[list[str]], separator: str, end: str, codec: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows([["titre", "texte", "réalisé"], *rows])
    found = read(NAME, out.getvalue().encode(codec))
    assert [list(row.cells) for row in found.rows] == rows
    assert found.separator == separator


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    try:
        found = read(NAME, b"titre;texte\n" + data)
    except InvalidSheet as error:
        assert "rien n'a été écrit\nf.csv:" in error.message
    else:
        assert all(len(row.cells) == len(found.header.cells) for row in found.rows)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "f.csv: le fichier est vide"),
        (b"\xef\xbb\xbf\r\n ;;\r\n", "f.csv: le fichier est vide"),
        ("titre;texte\n", "f.csv:1: il n'y a que la ligne des titres"),
        ("titre;texte\na\n", "f.csv:2: 1 cellule pour 2 colonnes"),
        ("titre;texte\na;b;c\n", "f.csv:2: 3 cellules pour 2 colonnes"),
        ('titre;texte\na;"b\nc;d\n', "f.csv:2: un guillemet ouvert n'est jamais fermé"),
        ('titre;texte\n"a"b;c\n', "f.csv:2: du texte suit un guillemet fermant (« b »)"),
        ("titre;Titre ;x\na;b;c\n", "f.csv:1: colonne « Titre » : deux colonnes ont ce titre (« titre »)"),
        ("titre;;x\na;;c\nb;y;\n", "f.csv:3: la colonne 2 a des valeurs, mais pas de titre"),
        ("nom,a;b\nx,y;z\n", "f.csv:1: le séparateur peut être « ; » ou « , »"),
        ("sep=|\ntitre|x\na|b\n", "f.csv:1: séparateur « | »"),
        ("Jeanne;12\nPaul;13\n", 'f.csv:1: aucune colonne n\'est le titre (Jeanne, 12) ; --map "COLONNE=titre" le dit'),
        (b"titre;texte\na;\x00\n", "f.csv:2: ce n'est pas un fichier CSV : caractère nul"),
        (b"titre;texte\n\x07;b\n", "f.csv:2: ce n'est pas un fichier CSV : caractère de contrôle (U+0007)"),
        (b"PK\x03\x04\x14\x00\x08\x81\x9d", "f.csv: ce n'est pas un fichier CSV, c'est un classeur .xlsx ou .ods"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "f.csv: ce n'est pas un fichier CSV, c'est un classeur .xls"),
        (b"%PDF-1.7\n%\xe2\xe3", "f.csv: ce n'est pas un fichier CSV, c'est un PDF"),
        (b"titre;texte\na;b\n\xe9\x81;c\n", "f.csv:3: ni UTF-8, ni UTF-16, ni Windows-1252"),
        ("titre;texte\nété;été\n".encode() + b"\xc3;x\n", "f.csv:3: ni UTF-8, ni UTF-16, ni Windows-1252"),
        (b"\xef\xbb\xbftitre;texte\n\xe9;b\n", "f.csv:2: ce n'est pas du texte en UTF-8"),
        (b"\xff\xfet\x00i", "f.csv:1: ce n'est pas du texte en UTF-16"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str | bytes, complaint: str) -> None:
    assert complaint in refusal(text).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Jeanne;12\nPaul;13\n", 1),
        ("\nPlan 2025\n\nTitre;Pilotes\nA;b\n", 2),
        ("Plan 2025;;\n;;\nTitre;Pilotes;Budget\nA;b;1\n", 1),
    ],
)
def test_the_line_that_is_read_as_the_header_is_said_where_it_is_none(text: str, line: int) -> None:
    said = refusal(text).replace("\u00a0", " ")
    assert f"f.csv:{line}: la ligne {line} est lue comme celle des titres" in said
    assert "retirez ce qui les précède" in said


def test_a_header_that_is_one_is_not_doubted() -> None:
    assert "est lue comme" not in refusal("titre;texte\na;b;c\n")


def test_a_bar_is_no_separator() -> None:
    assert "« | » ne sépare pas les colonnes" in refusal("Titre|Avancement\na|b\n")


def test_all_the_faults_are_said_up_to_twenty() -> None:
    said = refusal("titre;texte\n" + "a\n" * 23).split("\n")
    assert said[0].replace("\u00a0", " ") == "23 fautes dans « f.csv » ; rien n'a été écrit"
    assert len(said) == 22
    assert said[-1].replace("\u00a0", " ") == "… et 3 autres fautes"
    assert refusal("titre;texte\n" + "a\n" * 21).endswith("… et 1\u00a0autre faute")


# --- header → fields --------------------------------------------------------------------------------------------------


def becomes(header: str, *maps: str, famille: Famille = "mesures") -> dict[str, str | None]:
    found = sheet(f"{header}\n" + ";".join("1" for _ in header.split(";")) + "\n")
    return {colonne.titre: colonne.champ for colonne in columns(found, famille, maps)}


def test_a_header_is_recognised_by_code_option_or_label() -> None:
    assert becomes("TITRE;prochaine-etape;Échéance;--co-construction;Avancement  jugé au;Identifiant;REALISE") == {
        "TITRE": "titre",
        "prochaine-etape": "prochaine_etape",
        "Échéance": "echeance",
        "--co-construction": "co_construction",
        "Avancement jugé au": "avancement_au",
        "Identifiant": "id",
        "REALISE": "realise",
    }


def test_what_resembles_nothing_is_declared_and_what_is_empty_left_out() -> None:
    found = sheet("titre;Budget (k€);2021;Éléments;au;vide;★\na;1;2;3;2021;;x\n")
    assert [(c.champ, c.devient) for c in columns(found, "mesures", ())] == [
        ("titre", "champ"),
        ("budget_k", "propre"),
        ("champ_2021", "propre"),
        ("elements", "propre"),
        (None, "export"),
        (None, "vide"),
        ("colonne_7", "propre"),
    ]


def test_a_near_miss_is_proposed_never_applied() -> None:
    said = refusal("titre;Pilote;Avancemnt\na;b;c\n")
    assert 'colonne « Pilote » : est-ce « pilotes » ? --map "Pilote=pilotes"' in said
    assert '--map "Avancemnt=avancement" ou --map "Avancemnt=+" ou --map "Avancemnt="' in said
    assert becomes("titre;Pilote;Avancemnt", "pilote=Pilotes", "Avancemnt=") == {
        "titre": "titre",
        "Pilote": "pilotes",
        "Avancemnt": None,
    }
    assert becomes("titre;Pilotage", "Pilotage=+")["Pilotage"] == "pilotage"
    assert becomes("titre;Pilote", "Pilote=+qui")["Pilote"] == "qui"


def test_what_only_shares_letters_is_no_near_miss() -> None:
    assert becomes("titre;Retirées;Vers") == {"titre": "titre", "Retirées": "retirees", "Vers": "vers"}
    for slip, field in (("Avancemnt", "avancement"), ("Etiquete", "etiquettes"), ("Lévier", "leviers")):
        assert f"est-ce « {field} »" in refusal(f"titre;{slip}\na;b\n")


def test_what_to_type_holds_any_title() -> None:
    """The word that is proposed is the one that the shell gives back."""
    for title in ("Pilote ?", 'Pilote "x"', "Pilote's $H", "Pilote=o", "Pilote\\"):
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows([["titre", title], ["a", "b"]])
        found = sheet(out.getvalue())
        ways = re.findall(r"--map (\"[^\"]*\"|'(?:[^']|'\"'\"')*')", refused_columns(found))
        assert [columns(found, "mesures", shlex.split(way))[1].champ for way in (ways[0], ways[-1])] == [
            "pilotes",
            None,
        ]


def refused_columns(found: Sheet) -> str:
    with pytest.raises(UsageFault) as caught:
        columns(found, "mesures", ())
    return caught.value.message


@pytest.mark.parametrize(
    ("header", "maps", "complaint"),
    [
        ("titre;x", ("x",), "« Colonne=champ » est attendu"),
        ("titre;x", ("y=texte",), "n'a pas de colonne « y »"),
        ("titre;Budget", ("Buget=texte",), "vouliez-vous dire « Budget » ?"),
        ("titre;x", ("x=tittre",), "champ inconnu « tittre » ; vouliez-vous dire « titre » ?"),
        ("titre;x", ("x=budget",), 'champ inconnu « budget » ; un champ nouveau se dit --map "x=+"'),
        ("titre;x", ("x=texte", "X=realise"), "la colonne « x » est donnée deux fois"),
        ("titre;x", ("x=titre",), "« titre » est donné par 2 colonnes, « titre » et « x »"),
        ("titre;x", ("x=+titre",), "« titre » est pris par l'outil"),
        ("titre;x", ("x=+Été",), "« Été » : un nom de champ"),
    ],
)
def test_a_map_that_settles_nothing_is_refused(header: str, maps: tuple[str, ...], complaint: str) -> None:
    found = sheet(f"{header}\na;b\n")
    with pytest.raises(UsageFault) as caught:
        columns(found, "mesures", maps)
    assert complaint in caught.value.message


def test_a_levier_has_no_level() -> None:
    found = sheet("titre;Avancement\na;b\n")
    with pytest.raises(UsageFault) as caught:
        columns(found, "leviers", ())
    assert "« avancement » n'est pas un champ d'un levier" in caught.value.message
    assert '--map "Avancement="' in caught.value.message


# --- cells → values ---------------------------------------------------------------------------------------------------


def test_dates_are_ours_or_french() -> None:
    found = taken("titre;échéance\na;30/06/2021\nb;6/2021\nc;2021-T3\nd;2021-06-30 00:00:00\ne;01/02/2021 00:00\n")
    assert [e.values["echeance"] for e in found.elements] == [
        "2021-06-30",
        "2021-06",
        "2021-T3",
        "2021-06-30",
        "2021-02-01",
    ]
    assert found.converted == 3
    said = [fault.message for fault in taken("titre;échéance\na;30/06/21\nb;31/02/2021\nc;bientôt\n").faults]
    assert "l'année s'écrit en entier" in said[0]
    assert "« 31/02/2021 » : février 2021 n'a pas de jour 31" in said[1]
    assert "« bientôt » n'est pas une date" in said[2]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("T4 2025", "2025-T4"),
        ("2025 T4", "2025-T4"),
        ("S2 2026", "2026-S2"),
        ("4e trimestre 2025", "2025-T4"),
        ("juin 2025", "2025-06"),
        ("Août 2025", "2025-08"),
        ("1er juin 2025", "2025-06-01"),
        ("2025/06/30", "2025-06-30"),
        ("30-06-2025", "2025-06-30"),
        ("30.6.2025", "2025-06-30"),
    ],
)
def test_a_date_in_another_form_is_refused_with_the_right_one(text: str, meant: str) -> None:
    found = taken(f"titre;échéance\na;{text}\n")
    assert [fault.message for fault in found.faults] == [f"« {text} » : écrivez {meant}"]


def test_a_date_that_cannot_be_is_no_proposal() -> None:
    for text in ("S3 2025", "31 février 2025", "2025/13/01", "T5 2025"):
        assert "n'est pas une date" in taken(f"titre;échéance\na;{text}\n").faults[0].message


def test_a_fault_is_one_line_whatever_it_quotes() -> None:
    cell = "demain\n\u202e" + "x" * 5000
    found = taken(f'titre,échéance\na,"{cell}"\n')
    said = str(refused(NAME, found.faults)).split("\n")
    assert len(said) == 2
    assert said[1].startswith("f.csv:2: colonne « échéance » : « demain\\n\\u202exxx") and len(said[1]) < 700


def test_lists_are_split_and_proofs_read() -> None:
    found = taken(
        "titre,pilotes,etiquettes,preuves\n"
        'a,"Le RAMEAU ; la DJEPVA",x;y;x,"Kit ; note <https://a.fr/k> (2021-06) ; b.fr"\n'
        'b,"A\nB",,https://a.fr/x (30/06/2021)\n'
    )
    one, two = (element.values for element in found.elements)
    assert one["pilotes"] == ("Le RAMEAU", "la DJEPVA")
    assert one["etiquettes"] == ("x", "y")
    assert two["pilotes"] == ("A", "B")
    assert two["preuves"] == ({"url": "https://a.fr/x", "date": "2021-06-30"},)
    # A title with « ; » can't be told from two proofs: it is refused.
    assert "preuves" not in one
    assert [(f.line, f.column) for f in found.faults] == [(2, "preuves")]


def test_names_in_cells_are_created_once_with_a_code() -> None:
    found = taken(
        "titre;dimension;dimension_libelle;chantiers;leviers;bloqueurs\n"
        "a;Politiques publiques;;Former les élus;R&D;1\n"
        "b;politiques  publiques;;former les élus;M1C1-1;véhicule législatif\n"
        "c;op;Opérationnelles;mobiliser;;mesure-2\n"
    )
    assert found.dimensions == (("politiques_publiques", "Politiques publiques"), ("op", "Opérationnelles"))
    assert found.chantiers == (("former-les-elus", "Former les élus"), ("mobiliser", "mobiliser"))
    assert found.leviers == (("r-et-d", "R&D"), ("M1C1-1", "M1C1-1"))
    # 1 and mesure-2 are items of the file.
    assert found.bloqueurs == (("vehicule-legislatif", "véhicule législatif"),)
    assert [e.values["dimension"] for e in found.elements] == ["politiques_publiques", "politiques_publiques", "op"]
    assert [e.values["bloqueurs"] for e in found.elements] == [("1",), ("vehicule-legislatif",), ("mesure-2",)]


def test_a_level_is_known_by_code_or_label_and_new_ones_are_told_with_their_lines() -> None:
    found = taken("titre;avancement\na;EN RETARD\nb;tres_satisfaisant\nc;Fait\nd;fait\n")
    assert [e.values["avancement"] for e in found.elements] == ["en_retard", "tres_satisfaisant", "fait", "fait"]
    assert found.nouveaux == {"fait"}
    assert "« Fait » (lignes 4 et 5)" in found.unknown[0]
    assert taken("titre;avancement\na;Fait\n", new_scale=True).unknown == ()


def test_a_known_code_that_another_label_follows_is_another_level() -> None:
    text = "titre;avancement;avancement_libelle\na;en_retard;à la traîne\nb;satisfaisant;satisfaisant\n"
    found = taken(text, new_scale=True)
    assert found.niveaux == (("en_retard", "à la traîne"), ("satisfaisant", "satisfaisant"))
    assert found.nouveaux == {"en_retard"}
    said = taken("titre;avancement;avancement_libelle\na;x;un\nb;x;deux\n", new_scale=True).faults
    assert [(f.line, f.message) for f in said] == [(3, "« x » se dit « deux » ici, « un » plus haut")]


def test_ids_are_the_files_or_numbers() -> None:
    assert [e.values["id"] for e in taken("titre\na\nb\n").elements] == ["1", "2"]
    assert taken("id;titre\n;a\n;b\n").numbered
    found = taken("id;titre\nx;a\n;b\nx;c\n")
    assert [(f.line, f.message) for f in found.faults] == [
        (3, "l'identifiant est vide"),
        (4, "l'identifiant « x » est déjà à la ligne 2"),
    ]

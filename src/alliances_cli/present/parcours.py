"""An item through time → a screen, JSON."""

from __future__ import annotations

from alliances_cli.champs import SINGULIER
from alliances_cli.present import as_json, changements, compared, ecarts, moments, phrases
from alliances_cli.present.screen import Line, Screen, Span, Terminal, Wrapped, clip_line, fold, line
from alliances_cli.timeline import Parcours, Passage
from alliances_cli.typographie import capitalised, one_line, spaced


def screen(found: Parcours, terminal: Terminal) -> Screen:
    """The changes of an item, newest first, under what they come to: where it is heading, since when its promise
    stands."""
    name = f"{capitalised(SINGULIER[found.famille])} {found.item.id} — {spaced(one_line(found.item.titre))}"
    shown: Screen = [Wrapped(line(Span(name, "title")))]
    if found.vue.revision is not None:
        read = f"{phrases.revision(found.vue.revision)} ; lu au {phrases.day(found.vue.moment.iso)}"
        shown += fold(line(Span(spaced(read), "soft")), terminal.width)
    if reserve := phrases.reserve_of(found.vue.feuille):
        shown += fold(line(Span(spaced(reserve), "soft")), terminal.width)
    if found.tendance is not None and found.depuis is not None:
        since = f"Depuis le bilan {found.depuis.date.du} : {changements.trend(found.tendance, found.famille)}"
        shown.append(Wrapped(line(spaced(since))))
    if found.promesse:
        shown.append(Wrapped(line(capitalised(phrases.promise(found.promesse)))))
    if not found.passages:
        return [*shown, line(), line("Aucun changement n'est connu.")]
    for passage in found.passages:
        shown += [line(), clip_line(_when(passage), terminal)]
        sentences = ecarts.of_item(passage.avant, passage.apres, passage.mouvements)
        shown += [Wrapped(compared.marked(sentence), hang=4) for sentence in sentences]
    return shown


def _when(passage: Passage) -> Line:
    commit = passage.commit
    if commit is None:
        return line(Span("Dans le dossier de travail, sans commit", "strong"))
    day = Span(phrases.day(commit.day), "strong")
    return line(day, f"  {commit.short}  ", spaced(" — ".join(filter(None, (commit.author, commit.message)))))


def json(found: Parcours) -> str:
    """The changes of an item, newest first, each as `diff` gives them."""
    passages = [
        {
            **moments.commit_as_json(passage.commit),
            "changements": [compared.change(passage.avant, passage.apres, m) for m in passage.mouvements],
        }
        for passage in found.passages
    ]
    return as_json.dump(
        {
            **as_json.head(found.vue),
            "famille": found.famille,
            "id": found.item.id,
            "titre": found.item.titre,
            "promesse": found.promesse or None,
            "tendance": found.tendance,
            "depuis": found.depuis.date.text if found.depuis else None,
            "historique": passages,
        }
    )

"""Templates that would work or write without end, or reach what they may not; the fault that each must be.

Run as a script, it renders them all in one process and says the longest time and the most memory that one took.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

LOOPS = "le modèle est arrêté : il tourne sans fin, ou fait un texte trop long"
NUMBER = "nombre trop grand"
WIDTH = "une largeur dépasse 10000"
END = "{% endfor %}"
DOUBLED = "{% set ns = namespace(x='ab') %}{% for i in range(60) %}"
R = "range(100000)"

# name → (template, what is said of it)
HOSTILE = {
    "one long loop": (f"{{% for i in {R} %}}{{% for j in {R} %}}{{% endfor %}}{{% endfor %}}", LOOPS),
    "silent work": (f"{{% for i in {R} %}}{{% for j in {R} %}}{{% set x = j %}}{{% endfor %}}{{% endfor %}}", LOOPS),
    "written work": (f"{{% for i in {R} %}}{{% for j in {R} %}}mot {{% endfor %}}{{% endfor %}}", LOOPS),
    "much static text": (f"{{% for i in {R} %}}" + "mot " * 20_000 + "{% endfor %}", LOOPS),
    "in a block set": (f"{{% set x %}}{{% for i in {R} %}}{'mot ' * 5_000}{{% endfor %}}{{% endset %}}", LOOPS),
    "filtered loop": (f"{{% for i in {R} if i < 0 %}}{{% endfor %}}" * 200, LOOPS),
    "macro for ever": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "le modèle s'appelle lui-même sans fin"),
    "macro twice for ever": (
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(80) }}",
        LOOPS,
    ),
    "macro many times": (
        f"{{% macro m() %}}{'mot ' * 9_000}{{% endmacro %}}{{% for i in {R} %}}{{% set x = m() %}}{{% endfor %}}",
        LOOPS,
    ),
    "caller": (
        "{% macro m(n) %}{{ caller() }}{% endmacro %}"
        f"{{% for i in {R} %}}{{% call m(1) %}}{'mot ' * 9_000}{{% endcall %}}{{% endfor %}}",
        LOOPS,
    ),
    "block many times": (
        f"{{% block b %}}{'mot ' * 9_000}{{% endblock %}}{{% for i in {R} %}}{{% set x = self.b() %}}{{% endfor %}}",
        LOOPS,
    ),
    "include many times": (f"{{% for i in {R} %}}{{% include 'alliances/changements.md.j2' %}}{{% endfor %}}", LOOPS),
    "import many times": (
        f"{{% for i in {R} %}}{{% import 'alliances/macros.md.j2' as m with context %}}{{% endfor %}}",
        LOOPS,
    ),
    "include itself": ("{% include 'bilan.md.j2' %}", "le modèle s'appelle lui-même sans fin"),
    "include itself twice": (
        "{% set n = n|default(0) + 1 %}{% if n < 60 %}{% include 'bilan.md.j2' %}"
        "{% include 'bilan.md.j2' %}{% endif %}",
        LOOPS,
    ),
    "doubled by ~": (f"{DOUBLED}{{% set ns.x = ns.x ~ ns.x %}}{{% endfor %}}", LOOPS),
    "doubled by +": (f"{DOUBLED}{{% set ns.x = ns.x + ns.x %}}{{% endfor %}}", LOOPS),
    "doubled by *": (f"{DOUBLED}{{% set ns.x = ns.x * 2 %}}{{% endfor %}}", LOOPS),
    "doubled by %": (f"{DOUBLED}{{% set ns.x = '%s%s' % (ns.x, ns.x) %}}{{% endfor %}}", LOOPS),
    "doubled by format": (f"{DOUBLED}{{% set ns.x = '%s%s'|format(ns.x, ns.x) %}}{{% endfor %}}", LOOPS),
    "doubled by a name": (f"{DOUBLED}{{% set ns.x = '%(a)s%(a)s'|format(a=ns.x) %}}{{% endfor %}}", LOOPS),
    "doubled by join": (f"{DOUBLED}{{% set ns.x = [ns.x, ns.x]|join %}}{{% endfor %}}", LOOPS),
    "doubled by .join": (f"{DOUBLED}{{% set ns.x = ''.join([ns.x, ns.x]) %}}{{% endfor %}}", LOOPS),
    "doubled by replace": (f"{DOUBLED}{{% set ns.x = ns.x|replace('a', ns.x) %}}{{% endfor %}}", LOOPS),
    "doubled by .replace": (f"{DOUBLED}{{% set ns.x = ns.x.replace('a', ns.x) %}}{{% endfor %}}", LOOPS),
    "doubled by a block": (
        f"{DOUBLED}{{% set y %}}{{{{ ns.x }}}}{{{{ ns.x }}}}{{% endset %}}{{% set ns.x = y %}}{{% endfor %}}",
        LOOPS,
    ),
    "doubled by a macro": (
        "{% macro m(n) %}{% if n %}{% set x = m(n - 1) %}{{ x }}{{ x }}{% else %}ab{% endif %}{% endmacro %}"
        "{{ m(60) }}",
        LOOPS,
    ),
    "doubled lists": (f"{DOUBLED}{{% set ns.x = ns.x|list + ns.x|list %}}{{% endfor %}}", LOOPS),
    "nested lists": (f"{DOUBLED}{{% set ns.x = [ns.x, ns.x] %}}{{% endfor %}}{{{{ ns.x }}}}", LOOPS),
    "nested tuples": (f"{DOUBLED}{{% set ns.x = (ns.x, ns.x) %}}{{% endfor %}}{{{{ ns.x == ns.x }}}}", LOOPS),
    "nested dicts": (f"{DOUBLED}{{% set ns.x = {{'a': ns.x, 'b': ns.x}} %}}{{% endfor %}}{{{{ ns.x|tojson }}}}", LOOPS),
    "nested by dict": (f"{DOUBLED}{{% set ns.x = dict(a=ns.x, b=ns.x) %}}{{% endfor %}}{{{{ ns.x }}}}", LOOPS),
    "nested namespaces": (
        "{% set ns = namespace(x=1) %}{% for i in range(60) %}{% set ns.x = namespace(a=ns.x, b=ns.x) %}{% endfor %}"
        "{{ ns.x }}",
        "un espace de noms",
    ),
    "printed namespace": ("{% set ns = namespace(x=1) %}{{ ns }}", "un espace de noms"),
    "listed namespaces": ("{% set ns = namespace(x=1) %}{{ [ns, ns] }}", "un espace de noms"),
    "repeated text": ('{{ "a" * 10**9 }}', LOOPS),
    "text repeated": ('{{ 10**9 * "a" }}', LOOPS),
    "repeated list": ("{{ ([1] * 10**9)|length }}", LOOPS),
    "repeated tuple": ("{{ ((1, 2) * 10**9)|length }}", LOOPS),
    "width of %": ('{{ "%1000000000d" % 1 }}', WIDTH),
    "precision of %": ('{{ "%.1000000000f" % 1 }}', WIDTH),
    "given width of %": ('{{ "%*d" % (1000000000, 1) }}', WIDTH),
    "width of format": ('{{ "%1000000000d"|format(1) }}', WIDTH),
    ".format": ('{{ "{:1000000000}".format(1) }}', "l'accès à « format » est interdit"),
    ".format_map": ('{{ "{a:1000000000}".format_map({"a": 1}) }}', "l'accès à « format_map » est interdit"),
    "format by attr": ('{{ ("{:1000000000}"|attr("format"))(1) }}', "l'accès à « format » est interdit"),
    "center": ('{{ "a"|center(10**9) }}', LOOPS),
    ".center": ('{{ "a".center(10**9) }}', LOOPS),
    ".ljust": ('{{ "a".ljust(10**9)|length }}', LOOPS),
    ".zfill": ('{{ "1".zfill(10**9)|length }}', LOOPS),
    ".expandtabs": ('{{ "\\t".expandtabs(10**9) }}', "l'accès à « expandtabs » est interdit"),
    "indent": ('{{ "a\\nb"|indent(10**8) }}', LOOPS),
    "indent by a text": ('{{ ("\\n" * 9000)|indent("a" * 100000) }}', LOOPS),
    "wordwrap": ('{{ ("a" * 1000000)|wordwrap(1) }}', LOOPS),
    "wordwrap with a text": ('{{ ("a " * 9000)|wordwrap(1, true, "b" * 100000) }}', LOOPS),
    "striptags": ('{{ ("<a>" * 1000000)|striptags }}', LOOPS),
    "batch": ("{{ [1]|batch(10**9, 'a')|list }}", LOOPS),
    "slice": ("{{ [1]|slice(10**9)|list }}", LOOPS),
    "tojson": ("{{ [[1]]|tojson(10**9) }}", "un retrait de plus de 100 espaces"),
    "round": ("{{ 1.5|round(10**9, 'ceil') }}", "une précision de plus de 300 chiffres"),
    "power": ("{{ 10**(10**10) }}", NUMBER),
    "powers": ("{% set ns = namespace(x=3) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}", NUMBER),
    "digits": ("{{ 10**4400 }}", NUMBER),
    "float power": ("{{ 2.0 ** 100000 }}", NUMBER),
    "long range": ("{{ range(10**10)|list }}", "suite de nombres trop longue"),
    "lists for ever": (f"{{% for i in {R} %}}{{% set x = {R}|list %}}{{% endfor %}}", LOOPS),
    "sums for ever": (f"{{% for i in {R} %}}{{% set x = {R}|sum %}}{{% endfor %}}", LOOPS),
    "sum of lists": (f"{{{{ ({R}|batch(1))|sum(start=[]) }}}}", LOOPS),
    "map for ever": (f"{{{{ {R}|map('string')|map('center', 1000)|join|length }}}}", LOOPS),
    "select for ever": (f"{{% for i in {R} %}}{{% for x in {R}|select('odd') %}}{{% endfor %}}{{% endfor %}}", LOOPS),
    "comparisons": (
        f"{{% set x = {R}|list %}}{{% set y = {R}|list %}}{{% for i in {R} %}}{{% if x == y %}}{{% endif %}}{END}",
        LOOPS,
    ),
    "searches": (f"{{% set x = {R}|list %}}{{% for i in {R} %}}{{% if -1 in x %}}{{% endif %}}{{% endfor %}}", LOOPS),
    "counts": (f"{{% set x = 'a' * 1000000 %}}{{% for i in {R} %}}{{% set y = x.count('b') %}}{{% endfor %}}", LOOPS),
    "slices": (f"{{% set x = 'a' * 1000000 %}}{{% for i in {R} %}}{{% set y = x[1:] %}}{{% endfor %}}", LOOPS),
    "capitals": (f"{{% set x = 'a' * 1000000 %}}{{% for i in {R} %}}{{% set y = x|upper %}}{{% endfor %}}", LOOPS),
    "typesetting": (f"{{% set x = 'a' * 100000 %}}{{% for i in {R} %}}{{% set y = x|riche %}}{{% endfor %}}", LOOPS),
    "links": (f"{{% set x = 'a' * 100000 %}}{{% for i in {R} %}}{{% set y = lien(x, x) %}}{{% endfor %}}", LOOPS),
    "trim": ("{{ ('ab' * 1000000)|trim('cd' * 100000) }}", LOOPS),
    "emoji": (
        "{% set ns = namespace(x='😀') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        LOOPS,
    ),
    "small pieces": ("{{ ('ab ' * 10000000).split(' ')|length }}", LOOPS),
    "letters": ("{{ ('é' * 20000000)|list|length }}", LOOPS),
    "lipsum": ("{{ lipsum(1000000) }}", "« lipsum » n'existe pas"),
    "random": ("{{ [1, 2]|random }}", "filtre « random » inconnu"),
    "urlize": ("{{ ('http://a ' * 100000)|urlize }}", "filtre « urlize » inconnu"),
    "cycler": (
        f"{{% set c = cycler(1) %}}{{% for i in {R} %}}{{% for j in {R} %}}{{{{ c.next() }}}}{END}{END}",
        LOOPS,
    ),
    "deep text": ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "trop imbriqué"),
    "deep loops": ("{% for a in [1] %}" * 60 + "{% endfor %}" * 60, "trop imbriqué"),
    # What it may not reach.
    "pickle": (
        "{{ mission.parse_raw('a', proto='pickle', allow_pickle=true) }}",
        "l'accès à « parse_raw » est interdit",
    ),
    "a file": ("{{ mission.parse_file('/etc/passwd') }}", "l'accès à « parse_file » est interdit"),
    "a file by map": ("{{ [mission]|map(attribute='parse_file')|list }}", "l'accès à « parse_file » est interdit"),
    "a copy": ("{{ mission.model_copy() }}", "l'accès à « model_copy » est interdit"),
    "the clock": ("{{ moment.day.today() }}", "l'accès à « today » est interdit"),
    "the locale": ("{{ moment.day.strftime('%B') }}", "l'accès à « strftime » est interdit"),
    "classes": ("{{ mission.__class__ }}", "l'accès à « __class__ » est interdit"),
    "a partial": ("{{ decompte.func }}", "l'accès à « func » est interdit"),
    "globals": ("{{ adresse.__globals__ }}", "l'accès à « __globals__ » est interdit"),
    "bytes": ("{{ 'a'.encode() }}", "l'accès à « encode » est interdit"),
    "an address in memory": ("{{ adresse }}", "une fonction ne s'affiche pas"),
    "a suite": ("{{ [1]|map('string') }}", "une suite ne s'affiche pas"),
    "a logo's bytes": (f"{{% for i in {R} %}}{{% set x = theme.logo.octets|string %}}{{% endfor %}}", LOOPS),
    "a logo's bytes, printed": (f"{{% for i in {R} %}}{{{{ theme.logo.octets }}}}{{% endfor %}}", LOOPS),
    "spreadsheets": (f"{{% for i in {R} %}}{{{{ tableur('mesures') }}}}{{% endfor %}}", LOOPS),
    "bars": (f"{{% for i in {R} %}}{{% set x = barre(bilans.mesures.compte) %}}{{% endfor %}}" * 2, LOOPS),
    "appended": ("{% set x = [] %}{{ x.append(1) }}", "l'accès à « append » est interdit"),
}


def peak() -> int:
    """The most memory that this process took, in kB: `ru_maxrss` would count what its parent held before it started."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text("ascii", "replace").partition("VmHWM:")[2].split()[0])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def main() -> None:
    """Renders each in a folder of its own, beside the roadmap that the first argument names."""
    import tempfile

    from alliances_cli import bilan, store
    from alliances_cli.errors import TemplateFault
    from alliances_cli.location import Root
    from alliances_cli.present import report
    from alliances_cli.present.report import limits
    from alliances_cli.ressources import Fichier, Ressources

    feuille = store.parse(store.read_sources(Root(Path(sys.argv[1])))).require()
    moment = bilan.moment(feuille, None, None)
    assert moment is not None
    ressources = Ressources(logo=Fichier("png", bytes(100_000)))
    # A tenth of the bound stops the same templates at the same lines, sooner; CI waits for the whole.
    if os.environ.get("ALLIANCES_EXIGER_NAVIGATEUR") != "1":
        limits.BASE //= 10
    longest = 0.0
    for name in sys.argv[2:] or HOSTILE:
        template, expected = HOSTILE[name]
        with tempfile.TemporaryDirectory() as folder:
            own = Path(folder) / "templates"
            own.mkdir()
            (own / "bilan.md.j2").write_text(template, encoding="utf-8")
            start = time.perf_counter()
            try:
                said = (
                    "rendered: "
                    + report.render(report.Edition(feuille, moment, "1", own, ressources=ressources), "md")[:50]
                )
            except TemplateFault as fault:
                said = fault.message
            spent = time.perf_counter() - start
            longest = max(longest, spent)
        right = said.startswith("templates/bilan.md.j2:") and expected in said
        memory = peak() // 1024
        print(f"{'ok' if right else 'WRONG'}\t{name}\t{spent:.2f}\t{memory}\t{said}")
    print(f"longest\t{longest:.2f}\tmemory\t{memory}")


if __name__ == "__main__":
    main()

"""What a Word document of ours looks like: its styles, its lists and its settings, as WordprocessingML.

A style's name is the one that every Word knows (« heading 1 »), so that it shows it in its reader's language and builds
its outline from it; its id is the one that a French Word gives it (`Titre1`).
"""

from __future__ import annotations

from typing import NamedTuple

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
# Arial is wherever Word is, and LibreOffice has a font of the same widths.
_FONT = 'w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"'
_SIGNS = 'w:ascii="Segoe UI Symbol" w:hAnsi="Segoe UI Symbol" w:eastAsia="Segoe UI Symbol" w:cs="Segoe UI Symbol"'
BLUE = "0B3D75"
GREY = "424F5D"
RULE = "9AA5B1"
GROUND = "EEF2F7"


# Those of our styles that Word has already, by another look.
_KNOWN = ("Title", "Subtitle", "heading 1", "heading 2", "heading 3", "caption", "footer", "List Bullet", "Hyperlink")


class _Paragraph(NamedTuple):
    """A style of paragraphs: sizes in points, spaces in twentieths of a point."""

    id: str
    name: str
    size: float
    before: int = 0
    after: int = 0
    bold: bool = False
    colour: str = ""
    outline: int | None = None
    next: bool = False
    right: bool = False
    more: str = ""


_PARAGRAPHS = (
    _Paragraph("Titre", "Title", 24, after=60, bold=True, colour=BLUE, next=True),
    _Paragraph("Sous-titre", "Subtitle", 13, after=60, colour=GREY),
    _Paragraph("Titre1", "heading 1", 16, 360, 120, bold=True, colour=BLUE, outline=0, next=True),
    _Paragraph("Titre2", "heading 2", 12.5, 240, 80, bold=True, colour=BLUE, outline=1, next=True),
    _Paragraph("Titre3", "heading 3", 11, 180, 60, bold=True, colour=GREY, outline=2, next=True),
    _Paragraph("Lgende", "caption", 9, 60, 80, colour=GREY, next=True),
    _Paragraph("Pieddepage", "footer", 8.5, colour=GREY),
    _Paragraph("Listepuces", "List Bullet", 10, 30, 50, more='<w:numPr><w:numId w:val="1"/></w:numPr>'),
    _Paragraph("Surtitre", "Surtitre", 10.5, 0, 60, bold=True, colour=GREY, next=True),
    _Paragraph("Accroche", "Accroche", 11, 0, 80, colour=GREY, next=True),
    _Paragraph("Phare", "Phare", 14, 60, 100, bold=True),
    _Paragraph("Conclusion", "Conclusion", 10.5, 120, 120, colour=BLUE),
    _Paragraph("Citation", "Quote", 10, 0, 80, colour=GREY),
    _Paragraph("Remarque", "Remarque", 9, 60, 80, colour=GREY),
    _Paragraph("Chapeau", "Chapeau", 10, 0, 80, next=True),
    _Paragraph("Prcision", "Précision", 9, 0, 80, colour=GREY, next=True),
    _Paragraph("Cellule", "Cellule", 9, 30, 30),
    _Paragraph("Celluledtail", "Cellule détail", 8, 0, 30, colour=GREY),
    _Paragraph("Cellulenombre", "Cellule nombre", 9, 30, 30, right=True),
    _Paragraph("Entte", "Tête de colonne", 8.5, 40, 40, bold=True, colour=BLUE, next=True),
    _Paragraph("Enttenombre", "Tête de colonne de nombres", 8.5, 40, 40, bold=True, colour=BLUE, next=True, right=True),
)


def _style(kind: str, id: str, name: str, inside: str, own: bool = True) -> str:
    """A style; `own`: it isn't one that Word has already."""
    custom = ' w:customStyle="1"' if own else ""
    return f'<w:style w:type="{kind}"{custom} w:styleId="{id}"><w:name w:val="{name}"/>{inside}</w:style>'


def _paragraph(style: _Paragraph) -> str:
    # What is inside `w:pPr` and `w:rPr` has an order that Word holds to.
    inside = "<w:keepNext/><w:keepLines/>" if style.next else ""
    inside += style.more
    inside += f'<w:spacing w:before="{style.before}" w:after="{style.after}"/>'
    inside += '<w:jc w:val="right"/>' if style.right else ""
    inside += f'<w:outlineLvl w:val="{style.outline}"/>' if style.outline is not None else ""
    run = "<w:b/><w:bCs/>" if style.bold else ""
    run += f'<w:color w:val="{style.colour}"/>' if style.colour else ""
    half = round(2 * style.size)
    run += f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
    follows = '<w:next w:val="Normal"/>' if style.outline is not None else ""
    return _style(
        "paragraph",
        style.id,
        style.name,
        f'<w:basedOn w:val="Normal"/>{follows}<w:uiPriority w:val="1"/><w:qFormat/>'
        f"<w:pPr>{inside}</w:pPr><w:rPr>{run}</w:rPr>",
        own=style.name not in _KNOWN,
    )


def _character(id: str, name: str, inside: str) -> str:
    based = '<w:basedOn w:val="Policepardfaut"/><w:uiPriority w:val="2"/><w:qFormat/>'
    return _style("character", id, name, f"{based}<w:rPr>{inside}</w:rPr>", own=name not in _KNOWN)


_CHARACTERS = (
    _character("Lienhypertexte", "Hyperlink", '<w:color w:val="0B4F9E"/><w:u w:val="single"/>'),
    _character("Forme", "Forme du niveau", f"<w:rFonts {_SIGNS}/>"),
    _character("Discret", "Discret", f'<w:i/><w:iCs/><w:color w:val="{GREY}"/>'),
    _character("Repre", "Repère", f'<w:color w:val="{GREY}"/>'),
)


def _rule(side: str, size: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


STYLES = (
    f"<w:styles {_NAMESPACE}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts {_FONT}/>"
    '<w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="fr-FR" w:eastAsia="fr-FR" w:bidi="fr-FR"/>'
    '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="100" w:line="259" w:lineRule="auto"/></w:pPr>'
    "</w:pPrDefault></w:docDefaults>"
    '<w:latentStyles w:defLockedState="0" w:defUIPriority="99" w:defSemiHidden="1" w:defUnhideWhenUsed="1" '
    'w:defQFormat="0" w:count="376"/>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="Policepardfaut"><w:name w:val="Default Paragraph Font"/>'
    '<w:uiPriority w:val="1"/><w:semiHidden/><w:unhideWhenUsed/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableauNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="numbering" w:default="1" w:styleId="Aucuneliste"><w:name w:val="No List"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/></w:style>'
    + "".join(map(_paragraph, _PARAGRAPHS))
    + "".join(_CHARACTERS)
    + '<w:style w:type="table" w:customStyle="1" w:styleId="Tableau"><w:name w:val="Tableau"/>'
    '<w:basedOn w:val="TableauNormal"/><w:uiPriority w:val="3"/><w:qFormat/><w:tblPr><w:tblBorders>'
    + _rule("top", 8, BLUE)
    + _rule("bottom", 8, BLUE)
    + _rule("insideH", 4, RULE)
    + "</w:tblBorders></w:tblPr>"
    + '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:tcBorders>'
    + _rule("bottom", 8, BLUE)
    + f'</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{GROUND}"/></w:tcPr></w:tblStylePr>'
    '<w:tblStylePr w:type="lastRow"><w:rPr><w:b/><w:bCs/></w:rPr></w:tblStylePr></w:style>'
    "</w:styles>"
)


def _bullet(level: int) -> str:
    left = 284 * (level + 1)
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="bullet"/>'
        + ('<w:pStyle w:val="Listepuces"/>' if level == 0 else "")
        + f'<w:lvlText w:val="{"•–"[level % 2]}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{left}" w:hanging="284"/></w:pPr>'
        f'<w:rPr><w:rFonts {_FONT}/><w:color w:val="{BLUE}"/></w:rPr></w:lvl>'
    )


LIST_LEVELS = 9
NUMBERING = (
    f'<w:numbering {_NAMESPACE}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/>'
    + "".join(map(_bullet, range(LIST_LEVELS)))
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)

# Compatibility mode 15 is that of today's Word: below, it says that the document is an old one.
SETTINGS = (
    f'<w:settings {_NAMESPACE}><w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
    + "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (
            ("compatibilityMode", 15),
            ("overrideTableStyleFontSizeAndJustification", 1),
            ("enableOpenTypeFeatures", 1),
            ("doNotFlipMirrorIndents", 1),
            ("differentiateMultirowTableHeaders", 1),
        )
    )
    + '</w:compat><w:themeFontLang w:val="fr-FR"/><w:clrSchemeMapping w:bg1="light1" w:t1="dark1" w:bg2="light2" '
    'w:t2="dark2" w:accent1="accent1" w:accent2="accent2" w:accent3="accent3" w:accent4="accent4" w:accent5="accent5" '
    'w:accent6="accent6" w:hyperlink="hyperlink" w:followedHyperlink="followedHyperlink"/>'
    '<w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/></w:settings>'
)

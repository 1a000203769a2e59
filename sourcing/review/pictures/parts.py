"""What all pictures are made of. Every text is escaped where it is put in; nothing here takes mark-up as text."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from storage.text import display

WIDTH = 400  # units of a picture; about one for each pixel of a phone
LONGEST = 40  # characters of a name in a picture; the table has all of it
_MOST = 300  # characters of a cell
Cells = Sequence[object]


def number(value: float) -> str:
    """A figure as readers are told: thousands apart, one decimal where it is a fraction; a dash if it is unknown."""
    if value != value:  # NaN is the only number that differs from itself
        return "–"
    return f"{value:,.0f}".replace(",", "\u202f") if float(value).is_integer() or abs(value) >= 100 else f"{value:.1f}"


def short(text: str, limit: int = LONGEST) -> str:
    """A name in display form, cut so that it stays in the picture."""
    return display(text, limit=limit)[0]


def text(x: float, y: float, words: str, *, kind: str = "", anchor: str = "start") -> Markup:
    """Words at a place; `anchor` is start, middle or end."""
    return Markup('<text x="{}" y="{}" class="{}" text-anchor="{}">{}</text>').format(at(x), at(y), kind, anchor, words)


def rect(x: float, y: float, width: float, height: float, kind: str, tip: str = "", *, round_: float = 2) -> Markup:
    """A rectangle; `tip` is shown by browsers when it is pointed at."""
    told = Markup("<title>{}</title>").format(tip) if tip else Markup()
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="{}" class="{}">{}</rect>').format(
        at(x), at(y), at(max(width, 0)), at(max(height, 0)), at(round_), kind, told
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "axis") -> Markup:
    """A straight line."""
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(at(x1), at(y1), at(x2), at(y2), kind)


def at(value: float) -> str:
    """A length in units of the picture."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def svg(title: str, kind: str, height: float, parts: Iterable[Markup], *, width: float = WIDTH) -> Markup:
    """The drawing itself; read aloud, it is its title."""
    return Markup(
        '<svg class="picture {}" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>{}</svg>'
    ).format(kind, at(width), at(height), title, title, Markup().join(parts))


def twin(title: str, head: Sequence[str], rows: Iterable[Cells]) -> Markup:
    """The same figures as a table, folded; the first column names the row."""
    top = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="figure"') if place else "", name)
        for place, name in enumerate(head)
    )
    body = Markup().join(_row(row) for row in rows)
    return Markup(
        '<details class="twin"><summary>As a table</summary><div class="scroll" tabindex="0" role="group" '
        'aria-label="{}"><table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>'
    ).format(title, title, top, body)


def figure(drawing: Markup, table: Markup) -> Markup:
    """A drawing with its table."""
    return Markup('<figure class="picture">{}{}</figure>').format(drawing, table)


def _row(cells: Cells) -> Markup:
    name, *rest = cells
    told = Markup().join(Markup('<td class="figure">{}</td>').format(_cell(one)) for one in rest)
    return Markup('<tr><th scope="row"><bdi>{}</bdi></th>{}</tr>').format(_cell(name), told)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return (
        number(value)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else display(str(value), limit=_MOST)[0]
    )

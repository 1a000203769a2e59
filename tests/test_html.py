"""What every page is made with: no text becomes an element, even where a template forgets its filter."""

from pathlib import Path

import pytest

from sourcing.html import environment


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ said }}", "&lt;img src=x onerror=alert(1)&gt;"),
        ("{{ said | person }}", "<bdi>&lt;img src=x onerror=alert(1)&gt;</bdi>"),
        ('<a title="{{ quoted }}">', '<a title="&#34; onclick=&#34;x">'),
    ],
)
def test_texts_are_escaped_with_a_filter_and_without(tmp_path: Path, template: str, expected: str) -> None:
    (tmp_path / "page.html").write_text(template)
    page = environment(tmp_path).get_template("page.html")
    assert page.render(said="<img src=x onerror=alert(1)>", quoted='" onclick="x') == expected

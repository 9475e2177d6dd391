from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from webui import assets, icons
from webui.assets import BrowserPartsMissing, asset, serve_asset, shelf

FIRST_LOAD = (
    "css/clinicbox.css",
    "css/dark.css",
    "js/theme.js",
    "js/menu.js",
    "js/forms.js",
    "lib/htmx.js",
    "icon.svg",
)


def ask(path: str, method: str = "GET", **headers: str) -> tuple[str, dict[str, str], bytes]:
    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    setup_testing_defaults(environ)
    said: list[Any] = []
    body = b"".join(serve_asset(environ, lambda status, fields: said.extend((status, dict(fields)))))
    return said[0], said[1], body


def test_a_browser_may_keep_what_it_got_for_ever() -> None:
    status, headers, body = ask(asset("js/menu.js"))
    assert status == "200 OK"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"addEventListener" in body


def test_a_browser_gets_our_scripts_without_the_lines_that_explain_them() -> None:
    written = (assets.STATIC / "js" / "menu.js").read_text().splitlines(keepends=True)
    _, _, body = ask(asset("js/menu.js"))
    assert body.decode() == "".join(line for line in written if not line.lstrip().startswith("//"))
    assert len(body) < sum(map(len, written))


def test_a_browser_that_can_unpack_gets_less() -> None:
    _, plain_headers, plain = ask(asset("lib/htmx.js"))
    _, headers, packed = ask(asset("lib/htmx.js"), accept_encoding="br, gzip")
    assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed) == plain
    assert headers["Content-Length"] == str(len(packed))
    assert headers["ETag"] != plain_headers["ETag"]


def test_a_browser_that_has_it_gets_only_a_nod() -> None:
    _, headers, _ = ask(asset("icon.svg"))
    assert ask(asset("icon.svg"), if_none_match=headers["ETag"])[::2] == ("304 Not Modified", b"")
    assert ask(asset("icon.svg"), "HEAD")[2] == b""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        "../assets.py",
        "..%2fassets.py",
        "css/../icon.svg",
        "css/",
        "/etc/passwd",
        "lib/htmx.js/",
        "\0",
    ],
)
def test_what_is_not_on_the_list_does_not_exist(name: str) -> None:
    assert ask(f"{assets.PREFIX}{shelf().fingerprint}/{name}")[0] == "404 Not Found"


def test_an_address_of_another_version_does_not_exist() -> None:
    assert ask(f"{assets.PREFIX}0123456789abcdef/icon.svg")[0] == "404 Not Found"


def test_a_page_that_names_what_does_not_exist_fails_at_once() -> None:
    with pytest.raises(KeyError, match="no-such"):
        asset("js/no-such.js")


def test_the_first_page_is_light_to_load() -> None:
    small = [ask(asset(name), accept_encoding="gzip")[2] for name in FIRST_LOAD]
    assert sum(map(len, small)) < 40_000


def test_everything_a_browser_could_ever_load_is_under_the_aim() -> None:
    assert sum(len(each.small or each.body) for each in shelf().assets.values()) < 300_000


def test_a_box_without_the_browser_parts_says_what_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "PACKAGES", tmp_path)
    shelf.cache_clear()
    with pytest.raises(BrowserPartsMissing, match=r"start \./clinicbox"):
        shelf()
    monkeypatch.undo()
    shelf.cache_clear()


def test_an_icon_beside_its_text_is_silent_and_one_alone_says_what_it_means() -> None:
    assert 'aria-hidden="true"' in icons.icon("telephone")
    assert "xmlns" not in icons.icon("telephone")
    alone = icons.icon("telephone", title='<"call">')
    assert 'role="img" aria-label="&lt;&#34;call&#34;&gt;"' in alone


@pytest.mark.parametrize("name", ["no-such-icon", "../icons/key", "telephone.svg", "", "/etc/passwd", "Telephone"])
def test_no_name_leads_out_of_the_folder_of_icons(name: str) -> None:
    with pytest.raises(icons.NoSuchIcon):
        icons.icon(name)

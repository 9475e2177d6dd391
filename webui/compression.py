"""Pages go over the clinic's network compressed, where the browser takes that.

A page holds secrets (the token of its forms), and lengths could betray them to somebody who has a signed-in browser ask
for pages in his own words (BREACH). The session's cookie is SameSite=Strict: no other web page can have it do that.
"""

from __future__ import annotations

import gzip

from bottle import HTTPResponse

LEAST_BYTES = 1_400  # what fits one packet gains nothing
_LEVEL = 4  # 0.4 ms for a usual page; 9 would take three times as long for a twentieth less


def compress(answer: HTTPResponse, accept_encoding: str) -> None:
    """Make a page's body smaller in place; streams, files and sounds stay as they are."""
    is_page = str(answer.get_header("Content-Type", "")).startswith("text/html")
    if not is_page or not isinstance(answer.body, str | bytes):
        return
    answer.set_header("Vary", "Accept-Encoding")
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    if len(body) >= LEAST_BYTES and "gzip" in accept_encoding.lower():
        answer.body = gzip.compress(body, _LEVEL, mtime=0)
        answer.set_header("Content-Encoding", "gzip")

"""The HTTP API for other programs (docs/api.md): it knows no sessions and no cookies, and the pages know no tokens."""

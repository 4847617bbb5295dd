"""A pool of greenlets with urllib made cooperative. Arguments: a file of URLs, the size of the pool."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from http.client import HTTPException  # noqa: E402
from ssl import create_default_context  # noqa: E402
from urllib.request import HTTPSHandler, build_opener  # noqa: E402

from gevent.pool import Pool  # noqa: E402

opener = build_opener(HTTPSHandler(context=create_default_context()))


def check(url: str) -> tuple[str, str]:
    try:
        with opener.open(url, timeout=10) as answer:
            answer.read()
            return url, "OK"
    except (OSError, HTTPException):
        return url, "Bad"


with open(sys.argv[1]) as urls:
    for url, verdict in Pool(int(sys.argv[2])).imap_unordered(check, map(str.strip, urls)):
        print(url, verdict)

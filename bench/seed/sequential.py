"""One URL after the other with urllib, as the talk began. Argument: a file of URLs."""

import sys
from http.client import HTTPException
from ssl import create_default_context
from urllib.request import HTTPSHandler, build_opener

opener = build_opener(HTTPSHandler(context=create_default_context()))


def check(url: str) -> str:
    try:
        with opener.open(url, timeout=10) as answer:
            answer.read()
            return "OK"
    except (OSError, HTTPException):
        return "Bad"


with open(sys.argv[1]) as urls:
    for url in map(str.strip, urls):
        print(url, check(url))

"""A pool of threads with urllib. Arguments: a file of URLs, the number of threads."""

import sys
from concurrent.futures import ThreadPoolExecutor
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


with open(sys.argv[1]) as urls, ThreadPoolExecutor(int(sys.argv[2])) as pool:
    targets = [line.strip() for line in urls]
    for url, verdict in zip(targets, pool.map(check, targets)):
        print(url, verdict)

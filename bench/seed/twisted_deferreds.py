"""Twisted's Agent, following redirects, in a DeferredList. Arguments: a file of URLs, how many at a time."""

import sys
from functools import cache

from twisted.internet import reactor
from twisted.internet.defer import DeferredList, DeferredSemaphore
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.client import Agent, HTTPConnectionPool, RedirectAgent, readBody
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer


@implementer(IPolicyForHTTPS)
class OneContextForEachHost:
    """The usual policy reads the trusted authorities anew for each connection."""

    @cache
    def creatorForNetloc(self, hostname, port):
        return optionsForClientTLS(hostname.decode("ascii"))


pool = HTTPConnectionPool(reactor, persistent=False)
agent = RedirectAgent(Agent(reactor, OneContextForEachHost(), connectTimeout=10, pool=pool))


def check(url: str):
    def judge(response):
        verdict = "OK" if 200 <= response.code < 300 else "Bad"
        return readBody(response).addCallback(lambda _: print(url, verdict))

    return agent.request(b"GET", url.encode()).addCallback(judge).addErrback(lambda _: print(url, "Bad"))


with open(sys.argv[1]) as urls:
    limit = DeferredSemaphore(int(sys.argv[2]))
    checks = DeferredList([limit.run(check, line.strip()) for line in urls])
checks.addBoth(lambda _: reactor.stop())
reactor.run()
